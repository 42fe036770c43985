// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.Setting;
import io.flagstone.internal.segment.SegmentLayout;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.BitUtil;

/** The parameters of a cache, with the unit, the default and the limits of each. */
enum Parameter {
    MEMORY_BYTES("memoryBytes", "bytes", null, 1, Long.MAX_VALUE),
    MAX_ENTRIES("maxEntries", "entries", SegmentLayout.UNBOUNDED, 1, Long.MAX_VALUE),
    SEGMENTS("segments", "count", null, 1, CacheBuilder.MAX_SEGMENTS) {
        @Override
        boolean fits(long value) {
            return BitUtil.isPowerOfTwo(value);
        }

        @Override
        String limits() {
            return "must be a power of two between 1 and " + CacheBuilder.MAX_SEGMENTS;
        }
    },
    SLAB_BYTES(
            "slabBytes", "bytes", null, CacheBuilder.MIN_SLAB_BYTES, CacheBuilder.MAX_SLAB_BYTES) {
        @Override
        boolean fits(long value) {
            return value % BitUtil.CACHE_LINE_LENGTH == 0;
        }

        @Override
        String limits() {
            return "must be a multiple of 64 between "
                    + CacheBuilder.MIN_SLAB_BYTES
                    + " and "
                    + CacheBuilder.MAX_SLAB_BYTES;
        }
    },
    SIZE_SAMPLE("sizeSample", "SizeSample", null),
    EXPECTED_ENTRY_BYTES("expectedEntryBytes", "bytes", null, 1, CacheBuilder.MAX_SLAB_BYTES - 1),
    PROMOTION_DISTANCE("promotionDistance", "insertions, as a fraction of a list", 0.0625, 0, 1),
    TICK_NS(
            "tickNs",
            "nanoseconds",
            TimeUnit.MILLISECONDS.toNanos(1),
            CacheBuilder.MIN_TICK_NS,
            CacheBuilder.MAX_TICK_NS),
    DEFAULT_TTL_NS("defaultTtlNs", "nanoseconds", OffHeapCache.NO_TTL, 1, Long.MAX_VALUE),
    EXPIRE_AFTER_ACCESS_NS(
            "expireAfterAccessNs", "nanoseconds", OffHeapCache.NO_TTL, 1, Long.MAX_VALUE),
    EXPIRY_BUDGET("expiryBudget", "entries", 16L, 1, CacheBuilder.MAX_BUDGET),
    REBALANCE_BUDGET(
            "rebalanceBudget",
            "entries",
            96L,
            CacheBuilder.MIN_REBALANCE_BUDGET,
            CacheBuilder.MAX_BUDGET),
    ADMISSION_FILTER("admissionFilter", Parameter.SWITCH, false),
    HUGE_PAGES("hugePages", Parameter.SWITCH, null),
    BUILD_PROGRESS("buildProgress", "LongConsumer", null),
    COUNT_READS("countReads", Parameter.SWITCH, true),
    HASH_SEED("hashSeed", "number", null, Long.MIN_VALUE, Long.MAX_VALUE),
    CLOCK("clock", "NanoClock", null),
    REMOVAL_HANDLER("removalHandler", "RemovalHandler", null),
    ERROR_HANDLER("errorHandler", "ErrorHandler", null),
    DIRECTORY("directory", "Path", null),
    REQUIRE_WARM("requireWarm", Parameter.SWITCH, false),
    MIGRATE("migrate", Parameter.SWITCH, false),
    PRETOUCH("pretouch", Parameter.SWITCH, false),
    VERIFY("verify", Parameter.SWITCH, true),
    EPOCH_CLOCK("epochClock", "EpochNanoClock", null),
    RESTART_LISTENER("restartListener", "Consumer<RestartReport>", null),
    RESTORE("restore", "Path", null),
    CHANGE_FEED_BYTES(
            "changeFeedBytes",
            "bytes",
            null,
            CacheBuilder.MIN_FEED_BYTES,
            CacheBuilder.MAX_FEED_BYTES) {
        @Override
        boolean fits(long value) {
            return BitUtil.isPowerOfTwo(value);
        }

        @Override
        String limits() {
            return "must be a power of two between "
                    + CacheBuilder.MIN_FEED_BYTES
                    + " and "
                    + CacheBuilder.MAX_FEED_BYTES;
        }
    },
    FOLLOWER("follower", Parameter.SWITCH, false);

    private static final String SWITCH = "yes or no";
    private static final String PROPERTY_PREFIX = "flagstone.";

    final String title;
    final String unit;
    final Object byDefault;
    final Number least;
    final Number most;

    /** Creates a parameter that is a number. */
    Parameter(String title, String unit, Number byDefault, Number least, Number most) {
        this.title = title;
        this.unit = unit;
        this.byDefault = byDefault;
        this.least = least;
        this.most = most;
    }

    /** Creates a parameter that is not a number. */
    Parameter(String title, String unit, Object byDefault) {
        this.title = title;
        this.unit = unit;
        this.byDefault = byDefault;
        this.least = null;
        this.most = null;
    }

    private boolean isNumber() {
        return least != null;
    }

    private boolean isSwitch() {
        return SWITCH.equals(unit);
    }

    /** Returns whether a system property can set the parameter. */
    boolean hasProperty() {
        return isNumber() || isSwitch();
    }

    String property() {
        return PROPERTY_PREFIX + title;
    }

    /** Returns whether a number within the limits is valid. */
    boolean fits(long value) {
        return true;
    }

    /** Returns the error text for a number outside its limits. */
    String limits() {
        return most.longValue() == Long.MAX_VALUE && least.longValue() == 1
                ? "must be positive"
                : "must be between " + least + " and " + most;
    }

    /** Returns the error text for an invalid value, or null if the value is valid. */
    String problem(Object value) {
        if (value instanceof Number number && isNumber()) {
            final boolean within =
                    number.doubleValue() >= least.doubleValue()
                            && number.doubleValue() <= most.doubleValue();
            return within && fits(number.longValue())
                    ? null
                    : title + " " + limits() + ": " + title + "=" + value;
        }
        return value instanceof String
                ? "the system property "
                        + property()
                        + (isSwitch() ? " must be true or false: " : " must be a number: ")
                        + property()
                        + "="
                        + value
                : null;
    }

    /** Parses the text of a system property. Returns the text itself if it is invalid. */
    Object parse(String text) {
        if (isSwitch()) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> text;
            };
        }
        try {
            return byDefault instanceof Double ? (Object) Double.valueOf(text) : Long.valueOf(text);
        } catch (final NumberFormatException e) {
            return text;
        }
    }

    /** Returns the setting to report for a value in effect. */
    Setting setting(Object value, Setting.Origin origin) {
        return new Setting(title, text(value), unit, origin);
    }

    private String text(Object value) {
        if (this == HASH_SEED) {
            // Do not show the seed: anyone who knows it can choose keys that collide.
            return value == null ? "random" : "fixed";
        }
        if (value == null) {
            return switch (this) {
                case SIZE_SAMPLE, REMOVAL_HANDLER, DIRECTORY, RESTORE -> "none";
                default -> isNumber() ? "none" : "standard";
            };
        }
        if (value.equals(Long.MAX_VALUE)) {
            return "none";
        }
        if (value instanceof Boolean yes) {
            return yes ? "yes" : "no";
        }
        return value instanceof Number || value instanceof Path
                ? value.toString()
                : value.getClass().getSimpleName();
    }
}
