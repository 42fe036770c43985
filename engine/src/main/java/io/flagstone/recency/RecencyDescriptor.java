package io.flagstone.recency;

/**
 * The layout of a segment's recency state: the clock, then one list for each size class.
 *
 * <pre>
 *   clock                          list
 *  +------------------------+     +------------------------+
 *  |                        |  0  |          Head          |  0
 *  |         Clock          |     +------------------------+
 *  |                        |     |          Tail          |  4
 *  +------------------------+     +------------------------+
 *  |   Nonempty lists, one  |  8  |          Size          |  8
 *  |   bit each, 128 bits   |     +------------------------+
 *  |                        |     |                        | 12
 *  +------------------------+     +------------------------+
 *                                 |     Tail's Stamp       | 16
 *                                 |                        |
 *                                 +------------------------+
 * </pre>
 */
final class RecencyDescriptor {
    static final int HEADER_LENGTH = 24;
    static final int LIST_LENGTH = 24;

    static final int CLOCK = 0;
    static final int NONEMPTY = 8;

    static final int HEAD = 0;
    static final int TAIL = 4;
    static final int SIZE = 8;
    static final int TAIL_STAMP = 16;

    private RecencyDescriptor() {}

    static int length(int lists) {
        return HEADER_LENGTH + lists * LIST_LENGTH;
    }

    static int list(int start, int sizeClass) {
        return start + HEADER_LENGTH + sizeClass * LIST_LENGTH;
    }
}
