package io.flagstone.typed;

import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The buffers of one operation: what is encoded, and what is read. They are a thread's own and
 * reused, so that nothing is allocated once they have grown. An operation within another, by a
 * codec or a loader that uses a cache, has the next of the thread's.
 */
final class Scratch {
    private static final int FIRST_CAPACITY = 256;
    private static final ThreadLocal<Scratch> FIRST = ThreadLocal.withInitial(Scratch::new);

    final ExpandableArrayBuffer key = new ExpandableArrayBuffer(FIRST_CAPACITY);
    final ExpandableArrayBuffer value = new ExpandableArrayBuffer(FIRST_CAPACITY);
    final ExpandableArrayBuffer other = new ExpandableArrayBuffer(FIRST_CAPACITY);
    final UnsafeBuffer found = new UnsafeBuffer(new byte[FIRST_CAPACITY]);
    long longKey;
    int keyLength;
    private Scratch next;
    private boolean used;

    private Scratch() {}

    static Scratch acquire() {
        Scratch scratch = FIRST.get();
        while (scratch.used) {
            if (scratch.next == null) {
                scratch.next = new Scratch();
            }
            scratch = scratch.next;
        }
        scratch.used = true;
        return scratch;
    }

    void release() {
        used = false;
    }

    /** Makes room for a value twice as long. */
    void growFound() {
        found.wrap(new byte[2 * found.capacity()]);
    }
}
