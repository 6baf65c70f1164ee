"""Settings of Kafka's own clients in the words of kafka-python; what it has none for is refused, all at once."""

from __future__ import annotations

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from datagen.errors import UserError
from event_generator.client_settings import PRODUCER, REACH, client

PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required"


def reach(**settings: str) -> dict[str, object]:
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return client(named, "file", None, "default:1").reach


def test_every_word_is_one_of_kafka_pythons() -> None:
    for known in (KafkaAdminClient.DEFAULT_CONFIG, KafkaConsumer.DEFAULT_CONFIG, KafkaProducer.DEFAULT_CONFIG):
        assert {word for word, _ in REACH.values()} | {"sasl_plain_username", "ssl_keyfile"} <= set(known)
    assert {word for word, _ in PRODUCER.values()} <= set(KafkaProducer.DEFAULT_CONFIG)


def test_an_option_comes_before_the_file_and_the_file_before_the_default() -> None:
    settings = {"bootstrap.servers": "a:1, b:2"}
    assert client({}, "file", None, "default:1").servers == "default:1"
    assert client(settings, "file", None, "default:1").servers == "a:1,b:2"
    assert client(settings, "file", "c:3,d:4", "default:1").servers == "c:3,d:4"


@pytest.mark.parametrize("login", [PLAIN, SCRAM])
def test_a_login_is_read_out_of_javas_words(login: str) -> None:
    found = reach(
        security_protocol="SASL_SSL",
        sasl_mechanism="PLAIN",
        sasl_jaas_config=f'{login} username="a\\"b" password=\'c=d;\' ;',
    )
    assert found["sasl_plain_username"] == 'a"b'
    assert found["sasl_plain_password"] == "c=d;"
    assert found["security_protocol"] == "SASL_SSL"


def test_stores_are_pem_files() -> None:
    found = reach(
        ssl_truststore_location="/ca.pem",
        ssl_truststore_type="PEM",
        ssl_keystore_location="/me.pem",
        ssl_keystore_type="pem",
        ssl_key_password="x",
        ssl_endpoint_identification_algorithm="",
    )
    del found["bootstrap_servers"]
    assert found == {
        "ssl_cafile": "/ca.pem",
        "ssl_certfile": "/me.pem",
        "ssl_keyfile": "/me.pem",
        "ssl_password": "x",
        "ssl_check_hostname": False,
    }


def test_what_tunes_the_producer_is_for_it_alone() -> None:
    made = client(
        {"linger.ms": "5", "compression.type": "none", "acks": "all", "enable.idempotence": "true"}, "", None, ""
    )
    assert made.producer == {"linger_ms": 5, "compression_type": None}
    assert "linger_ms" not in made.reach


def test_all_that_cannot_be_used_is_told_at_once_with_what_to_do() -> None:
    settings = {
        "acks": "1",
        "enable.idempotence": "false",
        "ssl.truststore.location": "/x.jks",
        "ssl.keystore.type": "PKCS12",
        "sasl.jaas.config": "com.sun.security.auth.module.Krb5LoginModule required;",
        "linger.ms": "soon",
        "key.serializer": "x",
    }
    with pytest.raises(UserError) as refused:
        client(settings, "client.properties", None, "")
    assert str(refused.value).splitlines() == [
        "client.properties: 7 settings cannot be used",
        "  acks: '1' would lose or double events; leave it out",
        "  enable.idempotence: 'false' would lose or double events; leave it out",
        "  ssl.truststore.location: a store of Java's own format; write it as PEM and set ssl.truststore.type=PEM",
        "  ssl.keystore.type: 'PKCS12' is a format of Java's; write the store as PEM and name that",
        "  sasl.jaas.config: is no PlainLoginModule or ScramLoginModule: `… required username=… password=…;`",
        "  linger.ms: 'soon' is no whole number",
        "  key.serializer: the replay's client has no such setting; leave it out, or set it for Spark alone",
    ]


def test_a_login_without_a_password_is_refused() -> None:
    with pytest.raises(UserError, match="names no username and password"):
        reach(sasl_jaas_config=f"{PLAIN} username=a;")


@pytest.mark.parametrize("name", ["default.api.timeout.ms", "group.id", "fetch.max.bytes", "max.poll.records"])
def test_settings_of_consumers_are_passed_over(name: str) -> None:
    assert client({name: "5"}, "client.properties", None, "a:1") == client({}, "client.properties", None, "a:1")
