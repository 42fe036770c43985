// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.api.ReadOnlyCacheException;
import io.flagstone.feed.Change;
import io.flagstone.typed.Codecs;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.cache.Cache;
import javax.cache.expiry.Duration;
import javax.cache.expiry.TouchedExpiryPolicy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A cache that follows another refuses writes before they reach the store. */
class FollowerTest extends CacheFixture {
    private final Store store = new Store();
    private final AtomicInteger reached = new AtomicInteger();

    private FlagstoneConfiguration<String, String> following() {
        store.onWrite = (key, value) -> reached.incrementAndGet();
        return over(store)
                .keyCodec(Codecs.ofString())
                .valueCodec(Codecs.ofString())
                .engine(() -> OffHeapCache.builder().memoryBytes(1 << 19).follower(true));
    }

    private Cache<String, String> openWith(FlagstoneConfiguration<String, String> configuration) {
        final Cache<String, String> cache = open(configuration);
        store.data.put("a", "old");
        final UnsafeBuffer entry = new UnsafeBuffer(new byte[64]);
        final int keyLength = Codecs.ofString().encode("a", entry, 0);
        final int valueLength = Codecs.ofString().encode("old", entry, keyLength);
        engine(cache)
                .changeApplier()
                .put(entry, 0, keyLength, keyLength, valueLength, Change.NO_DEADLINE, false);
        return cache;
    }

    private static Map<String, Consumer<Cache<String, String>>> writes() {
        final Map<String, Consumer<Cache<String, String>>> ways = new LinkedHashMap<>();
        ways.put("put", cache -> cache.put("a", "new"));
        ways.put("getAndPut", cache -> cache.getAndPut("a", "new"));
        ways.put("putAll", cache -> cache.putAll(Map.of("a", "new")));
        ways.put("putIfAbsent", cache -> cache.putIfAbsent("b", "new"));
        ways.put("replace", cache -> cache.replace("a", "new"));
        ways.put("replace old", cache -> cache.replace("a", "old", "new"));
        ways.put("getAndReplace", cache -> cache.getAndReplace("a", "new"));
        ways.put("remove", cache -> cache.remove("a"));
        ways.put("remove absent", cache -> cache.remove("b"));
        ways.put("remove old", cache -> cache.remove("a", "old"));
        ways.put("getAndRemove", cache -> cache.getAndRemove("a"));
        ways.put("removeAll", Cache::removeAll);
        ways.put("removeAll of keys", cache -> cache.removeAll(Set.of("a", "b")));
        ways.put(
                "iterator",
                cache -> {
                    final Iterator<Cache.Entry<String, String>> entries = cache.iterator();
                    entries.next();
                    entries.remove();
                });
        ways.put(
                "invoke with a value",
                cache ->
                        cache.invoke(
                                "a",
                                (entry, arguments) -> {
                                    entry.setValue("new");
                                    return null;
                                }));
        ways.put(
                "invoke with a removal",
                cache ->
                        cache.invoke(
                                "a",
                                (entry, arguments) -> {
                                    entry.remove();
                                    return null;
                                }));
        return ways;
    }

    @Test
    void noWriteReachesTheStore() {
        final Cache<String, String> cache = openWith(following());
        writes().forEach(
                        (way, write) -> {
                            assertThatThrownBy(() -> write.accept(cache))
                                    .as(way)
                                    .isInstanceOf(ReadOnlyCacheException.class);
                            assertThat(reached).as(way).hasValue(0);
                            assertThat(store.data).as(way).isEqualTo(Map.of("a", "old"));
                            assertThat(cache.get("a")).as(way).isEqualTo("old");
                        });
        engine(cache).changeApplier().promote();
        cache.put("a", "new");
        assertThat(store.data).isEqualTo(Map.of("a", "new"));
        assertThat(cache.get("a")).isEqualTo("new");
    }

    /** A policy that renews at each read cannot do so, and the read succeeds anyway. */
    @Test
    void readsSucceedUnderAPolicyThatRenews() {
        final FlagstoneConfiguration<String, String> configuration = following();
        configuration.setExpiryPolicyFactory(
                TouchedExpiryPolicy.factoryOf(new Duration(TimeUnit.SECONDS, 1)));
        final Cache<String, String> cache = openWith(configuration);
        assertThat(cache.get("a")).isEqualTo("old");
        assertThat(cache.<String>invoke("a", (entry, arguments) -> entry.getValue()))
                .isEqualTo("old");
        assertThat(cache.replace("a", "other", "new")).isFalse();
    }
}
