package io.flagstone.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Re-entry is refused to the thread inside a callback, and to no other thread or cache. */
class ReentryGuardTest {
    /** Threads whose ids differ by a multiple of this share a stripe of the guard. */
    private static final int STRIPES = 64;

    private final OffHeapCache cache = create();
    private final OffHeapCache other = create();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);

    private static OffHeapCache create() {
        return OffHeapCache.builder().memoryBytes(1 << 18).segments(2).slabBytes(1 << 12).build();
    }

    @AfterEach
    void close() {
        TestSupport.assertClean(cache);
        TestSupport.assertClean(other);
        cache.close();
        other.close();
    }

    private long keyOf(int segment) {
        return LongStream.iterate(0, key -> key + 1)
                .filter(key -> cache.segmentIndex(key) == segment)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aThreadOfTheSameStripeMayUseAnotherSegmentMeanwhile() {
        final long here = keyOf(0);
        final long there = keyOf(1);
        cache.put(here, value, 0, 8);
        final List<Boolean> results = new ArrayList<>();
        cache.read(here, view -> results.add(putFromThreadOfThisStripe(there)));
        assertThat(results).containsExactly(true);
        assertThat(cache.contains(there)).isTrue();
    }

    private boolean putFromThreadOfThisStripe(long key) {
        final long self = Thread.currentThread().getId();
        final FutureTask<Boolean> task = new FutureTask<>(() -> cache.put(key, value, 0, 8));
        Thread thread = new Thread(task);
        while ((thread.getId() - self) % STRIPES != 0) {
            thread = new Thread(task);
        }
        thread.start();
        try {
            return task.get();
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCallbackMayUseAnotherCacheButNotComeBackThroughIt() {
        cache.put(1, value, 0, 8);
        other.put(2, value, 0, 8);
        final List<Throwable> refused = new ArrayList<>();
        final boolean found =
                cache.read(
                        1,
                        view -> {
                            other.put(3, view, 0, 8);
                            other.read(
                                    2,
                                    inner -> {
                                        try {
                                            cache.contains(1);
                                        } catch (final IllegalStateException e) {
                                            refused.add(e);
                                        }
                                    });
                        });
        assertThat(found).isTrue();
        assertThat(other.contains(3)).isTrue();
        assertThat(refused).singleElement().asString().contains("re-entry");
    }

    @Test
    void theThreadMayGoOnAfterACallbackThatThrew() {
        cache.put(1, value, 0, 8);
        assertThatThrownBy(
                        () ->
                                cache.read(
                                        1,
                                        view -> {
                                            throw new UnsupportedOperationException();
                                        }))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(cache.contains(1)).isTrue();
        assertThat(cache.remove(1)).isTrue();
    }
}
