package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.agrona.concurrent.UnsafeBuffer;

/** Iterates over the keys that the engine holds, while others may come and go; reads no values. */
final class KeyIterator<K> implements Iterator<K> {
    private static final int KEYS_AT_A_TIME = 64;

    private final OffHeapCache engine;
    private final Codec<K> codec;
    private final Queue<byte[]> read = new ArrayDeque<>();
    private long cursor;

    KeyIterator(OffHeapCache engine, Codec<K> codec) {
        this.engine = engine;
        this.codec = codec;
    }

    @Override
    public boolean hasNext() {
        while (read.isEmpty() && cursor != OffHeapCache.SCAN_DONE) {
            cursor =
                    engine.scan(
                            cursor,
                            KEYS_AT_A_TIME,
                            (key, value) ->
                                    read.add(Codecs.ofBytes().decode(key, 0, key.capacity())));
        }
        return !read.isEmpty();
    }

    @Override
    public K next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        final byte[] bytes = read.remove();
        return codec.decode(new UnsafeBuffer(bytes), 0, bytes.length);
    }
}
