"""How Spark is set for a stream: checkpoints that stay small, watermarks that move, the connector at hand."""

from __future__ import annotations

from collections.abc import Mapping

RETAINED = 30  # batches: the publisher may be that far behind
LOCAL_PARTITIONS, CLUSTER_PARTITIONS = 2, 8  # frozen by the checkpoint

HERE = {"spark.sql.shuffle.orderIndependentChecksum.enabled": "false"}  # nothing is lost on the way and made again


def settings(class_path: str, *, local: bool) -> dict[str, str]:
    partitions = LOCAL_PARTITIONS if local else CLUSTER_PARTITIONS
    return {
        "spark.driver.extraClassPath": class_path,
        **(HERE if local else {"spark.executor.extraClassPath": class_path}),
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.sql.streaming.minBatchesToRetain": str(RETAINED),
        "spark.sql.streaming.stateStore.maintenanceInterval": "10s",
        "spark.sql.streaming.fileSink.log.compactInterval": "10",
        "spark.sql.streaming.fileSink.log.cleanupDelay": "600s",
        "spark.sql.streaming.metricsEnabled": "false",
        "spark.sql.streaming.numRecentProgressUpdates": "10",
    }


def query_options(starting_offsets: str, fail_on_data_loss: bool, limit: int | None) -> Mapping[str, str]:
    """Of the source. `limit` bounds a batch, where the topic has one partition and so one order."""
    options = {"startingOffsets": starting_offsets, "failOnDataLoss": str(fail_on_data_loss).lower()}
    return options | ({"maxOffsetsPerTrigger": str(limit)} if limit else {})
