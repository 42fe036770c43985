// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import java.util.function.Supplier;
import javax.cache.expiry.CreatedExpiryPolicy;
import javax.cache.expiry.Duration;
import javax.cache.expiry.EternalExpiryPolicy;
import javax.cache.expiry.ExpiryPolicy;
import javax.cache.expiry.ModifiedExpiryPolicy;

/**
 * An expiry policy as times to live in nanoseconds, as the engine takes them.
 *
 * <p>If the policy throws an exception, a new entry never expires and an existing entry keeps its
 * deadline. The exception is logged, at most once a minute.
 */
final class Expiry {
    /** The time to live of an entry that expires at once. */
    static final long EXPIRED = 0;

    private final ExpiryPolicy policy;
    private final RateLimitedLog log;
    private final boolean ignoresAccess;

    Expiry(ExpiryPolicy policy) {
        this(policy, new RateLimitedLog());
    }

    Expiry(ExpiryPolicy policy, RateLimitedLog log) {
        this.policy = policy;
        this.log = log;
        this.ignoresAccess =
                policy instanceof EternalExpiryPolicy
                        || policy instanceof CreatedExpiryPolicy
                        || policy instanceof ModifiedExpiryPolicy;
    }

    /** Returns whether reads never change deadlines, so that they need no lock. */
    boolean ignoresAccess() {
        return ignoresAccess;
    }

    long ofCreated() {
        return ttlNs(policy::getExpiryForCreation, OffHeapCache.NO_TTL);
    }

    long ofAccessed() {
        return ttlNs(policy::getExpiryForAccess, OffHeapCache.KEEP_TTL);
    }

    long ofUpdated() {
        return ttlNs(policy::getExpiryForUpdate, OffHeapCache.KEEP_TTL);
    }

    private long ttlNs(Supplier<Duration> asked, long unsaid) {
        try {
            final Duration duration = asked.get();
            if (duration == null) {
                return unsaid;
            }
            if (duration.isZero()) {
                return EXPIRED;
            }
            return duration.isEternal()
                    ? OffHeapCache.NO_TTL
                    : duration.getTimeUnit().toNanos(duration.getDurationAmount());
        } catch (final RuntimeException e) {
            log.warn(
                    "the expiry policy failed: a new entry never expires, an existing one keeps its"
                            + " deadline",
                    e);
            return unsaid;
        }
    }
}
