package io.flagstone.segment;

/** On what condition a put writes. */
public enum PutMode {
    /** Always. */
    ALWAYS,

    /** Only if the key is absent. */
    IF_ABSENT,

    /** Only if the key is present. */
    IF_PRESENT
}
