// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The future that one caller has of several loads. It completes when all of them have ended.
 * Completing it in another way ends the caller's interest in each.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class Interests<K, V> extends CompletableFuture<Map<K, V>> {
    private final List<Interest<K, V>> parts;

    /**
     * Creates the future of some loads.
     *
     * @param present values that needed no load.
     */
    Interests(List<Interest<K, V>> parts, Map<K, V> present) {
        this.parts = parts;
        whenComplete((value, failure) -> parts.forEach(part -> part.cancel(true)));
        CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .whenComplete((none, failure) -> ended(present, failure));
    }

    private void ended(Map<K, V> present, Throwable failure) {
        if (failure == null) {
            final Map<K, V> all = new HashMap<>(present);
            for (final Interest<K, V> part : parts) {
                final V value = part.getNow(null);
                if (value != null) {
                    all.put(part.key, value);
                }
            }
            complete(all);
        } else {
            completeExceptionally(
                    failure instanceof CompletionException ? failure.getCause() : failure);
        }
    }

    @Override
    public Map<K, V> join() {
        parts.forEach(
                part -> {
                    try {
                        part.join();
                    } catch (final CompletionException | CancellationException e) {
                        // This future fails with the same exception.
                    }
                });
        return super.join();
    }

    @Override
    public Map<K, V> get() throws InterruptedException, ExecutionException {
        for (final Interest<K, V> part : parts) {
            try {
                part.get();
            } catch (final ExecutionException | CancellationException e) {
                // This future fails with the same exception.
            }
        }
        return super.get();
    }
}
