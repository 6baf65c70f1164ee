"""The class-data archive: Spark's classes as the virtual machine has them in memory after one small job.

With it a Spark session starts in a quarter of the time. It is tied to the build of Java and to the jars; the virtual
machine passes over one that does not fit.
"""
