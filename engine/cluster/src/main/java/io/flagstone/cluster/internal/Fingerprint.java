// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.OffHeapCache;
import io.flagstone.api.Setting;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;

/** A number for the settings of a cache that decide which entries it evicts and when. */
public final class Fingerprint {
    private static final Set<String> SETTINGS =
            Set.of(
                    "memoryBytes",
                    "maxEntries",
                    "segments",
                    "slabBytes",
                    "sizeSample",
                    "expectedEntryBytes",
                    "promotionDistance",
                    "tickNs",
                    "defaultTtlNs",
                    "expireAfterAccessNs",
                    "expiryBudget",
                    "rebalanceBudget",
                    "admissionFilter",
                    "maxEntryBytes");

    private Fingerprint() {}

    /**
     * Returns the number. It does not tell the seed to those who see it.
     *
     * @param hashSeed which the cache does not show.
     */
    public static long of(OffHeapCache cache, long hashSeed) {
        final StringBuilder text = new StringBuilder().append(hashSeed).append('\n');
        for (final Setting setting : cache.configuration().settings()) {
            if (SETTINGS.contains(setting.name())) {
                text.append(setting.name()).append('=').append(setting.value()).append('\n');
            }
        }
        try {
            final byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
