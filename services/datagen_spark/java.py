"""A small Java beside an executor's Python, for the file systems that Hadoop alone knows.

Spark gives Python on an executor no way into its own Java.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
from pyspark.find_spark_home import _find_spark_home

from pipeline.storage import Files

OPTIONS = ("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")


@lru_cache(maxsize=1)
def files(settings: str) -> Files:
    """The file systems that those settings of Hadoop's (XML) reach. That Java ends with this process."""
    jars = Path(_find_spark_home(), "jars")
    (bridge,) = jars.glob("py4j-*.jar")
    port, token = launch_gateway(
        jarpath=str(bridge),
        classpath=os.pathsep.join((f"{jars}/*", f"{os.getcwd()}/*")),  # here is what `spark.jars` brought
        javaopts=list(OPTIONS),
        die_on_exit=True,
        enable_auth=True,
        java_path=None,
    )
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token))
    configuration = gateway.jvm.org.apache.hadoop.conf.Configuration(False)
    configuration.addResource(gateway.jvm.java.io.ByteArrayInputStream(settings.encode()))
    return Files(gateway.jvm, configuration)
