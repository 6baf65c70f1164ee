# One image for every role of both stacks: HDFS, Spark, Kafka and our own programs. Driver, executors and cluster cannot
# differ in version.
#
#   docker compose -f docker-compose.batch.yml build
#
# Behind a mirror, a proxy or an authority of your own each of these is optional (docs/compose.md):
#   --build-arg BASE=…                 another copy of debian:trixie-slim
#   --build-arg APT_MIRROR=…           in place of Debian's
#   --build-arg MAVEN_REPOSITORY=…     in place of the repository that Ivy knows
#   --secret id=pip,src=FILE           a pip.conf: index, proxy, credentials
#   --secret id=ca,src=FILE            certificate authorities (PEM), for the build alone
# HTTP_PROXY, HTTPS_PROXY and NO_PROXY are known to every build without being named here. Secrets are no part of what the
# cache goes by: after giving one for the first time, build with --no-cache-filter tools.

ARG BASE=debian:trixie-slim

FROM ${BASE} AS base
ARG APT_MIRROR=
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=tmpfs,target=/var/log \
    set -eu; rm -f /etc/apt/apt.conf.d/docker-clean; \
    if [ -n "$APT_MIRROR" ]; then \
        find /etc/apt/sources.list /etc/apt/sources.list.d -type f 2>/dev/null \
            | xargs sed -i -E "s#https?://[^ ]+/debian/?( |\$)#$APT_MIRROR\1#"; \
    fi; \
    apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 libnss-wrapper >/dev/null; \
    rm -rf /usr/share/man /usr/share/locale


# What of the lock is for running: another tool for developers does not make the packages be installed anew.
FROM base AS lock
COPY requirements.lock services/demo/setup/runtime_lock.py /lock/
RUN cd /lock; python3 runtime_lock.py requirements.lock setuptools hatchling > runtime.lock; \
    awk '/^[^ #]/ {kept = /^setuptools==/} kept' runtime.lock > first.lock


FROM base AS tools
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    set -eu; mkdir -p /usr/share/man/man1; apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        python3-venv ca-certificates openjdk-21-jdk-headless >/dev/null
# The modules that Spark, Hadoop and Kafka ask for.
RUN jlink --output /opt/java --strip-java-debug-attributes --no-man-pages --no-header-files --compress zip-6 --add-modules \
        java.se,jdk.incubator.vector,jdk.unsupported,jdk.security.auth,jdk.crypto.ec,jdk.naming.dns,jdk.management,jdk.zipfs,jdk.charsets,jdk.jcmd; \
    /opt/java/bin/java -Xshare:dump >/dev/null
RUN --mount=type=secret,id=ca \
    set -eu; if [ -s /run/secrets/ca ]; then \
        awk '/BEGIN CERTIFICATE/ {n++} n {print > sprintf("/usr/local/share/ca-certificates/build-%03d.crt", n)}' /run/secrets/ca; \
        update-ca-certificates >/dev/null 2>&1; \
    fi
WORKDIR /opt/demo
COPY docker/trim /build/
COPY --from=lock /lock/first.lock /lock/runtime.lock /build/
RUN --mount=type=cache,target=/var/cache/pip --mount=type=secret,id=pip \
    set -eu; export PIP_CONFIG_FILE=/run/secrets/pip PIP_CACHE_DIR=/var/cache/pip PIP_CERT=/etc/ssl/certs/ca-certificates.crt; \
    python3 -m venv .venv; pip() { .venv/bin/pip --quiet install --require-hashes --no-deps --no-build-isolation "$@"; }; \
    pip -r /build/first.lock; pip -r /build/runtime.lock; \
    sh /build/trim /opt/demo/.venv/lib/python3.13/site-packages
ARG MAVEN_REPOSITORY=
COPY artifacts.lock /build/
COPY services/datagen/errors.py /build/datagen/
COPY services/demo/setup/artifacts.py /build/demo/setup/
RUN --mount=type=cache,target=/var/cache/artifacts \
    set -eu; cd /build; \
    DEMO_MAVEN_REPOSITORY="$MAVEN_REPOSITORY" /opt/demo/.venv/bin/python -m demo.setup.artifacts artifacts.lock /var/cache/artifacts; \
    cp -r /var/cache/artifacts /opt/demo/.artifacts; rm /opt/demo/.artifacts/hdfs-pages/*.jar
# The project is installed as on a developer's machine: its files stay where they are.
COPY pyproject.toml /opt/demo/
RUN set -eu; touch README.md LICENSE; mkdir services dashboard streaming_dashboard; \
    .venv/bin/pip --quiet install --no-index --no-deps --no-build-isolation --editable .; \
    .venv/bin/pip --quiet uninstall --yes hatchling setuptools pip


FROM base AS project
WORKDIR /opt/demo
COPY pyproject.toml artifacts.lock LICENSE cleanup_demo_data.py ./
COPY docker/conf conf
COPY schemas schemas
COPY dashboard dashboard
COPY streaming_dashboard streaming_dashboard
COPY services services
RUN python3 -m compileall -q --invalidation-mode unchecked-hash services dashboard streaming_dashboard


FROM base
# What volumes begin with is empty: an engine that fills one for two containers at once fails where there is a folder in it.
RUN set -eu; groupadd --gid 10001 demo; \
    useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin demo; \
    install -d -m 1777 /var/lib/demo/scratch /var/lib/demo/stream; \
    install -d -o 10001 -g 10001 /var/lib/demo/hdfs /var/lib/demo/kafka /var/lib/demo/master
COPY --link --from=tools /opt/java /opt/java
COPY --link --from=tools /opt/demo/.artifacts /opt/demo/.artifacts
COPY --link --from=tools /opt/demo/.venv /opt/demo/.venv
COPY --link --from=project /opt/demo /opt/demo
ENV JAVA_HOME=/opt/java PATH=/opt/demo/.venv/bin:/opt/java/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp \
    LANG=C.UTF-8 TZ=UTC PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SPARK_HOME=/opt/demo/.venv/lib/python3.13/site-packages/pyspark SPARK_CONF_DIR=/opt/demo/conf/spark \
    SPARK_SUBMIT_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError" \
    HADOOP_CONF_DIR=/opt/demo/conf/hadoop HADOOP_USER_NAME=demo
LABEL org.opencontainers.image.title="schema-demo" \
    org.opencontainers.image.description="One JSON schema in, a live demo out: HDFS, Spark, Kafka and the project's programs" \
    org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
WORKDIR /opt/demo
ENTRYPOINT ["python", "-m", "compose"]
