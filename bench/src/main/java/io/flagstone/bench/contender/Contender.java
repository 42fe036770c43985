// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

/**
 * A cache under measurement, through the API it is best at. Keys are numbers from 0 to 2³¹−1;
 * values have a fixed length, and say in their first word whose they are.
 *
 * <p>Thread-safe; what a thread needs of its own is in its {@link Session}.
 */
public interface Contender extends AutoCloseable {
    /**
     * For one thread.
     *
     * @return buffers and keys of its own.
     */
    Session session();

    /**
     * How many entries it holds, as it counts them.
     *
     * @return entries.
     */
    long entries();

    /**
     * What it has taken from the operating system beside the heap and beside direct buffers, both
     * of which the JVM accounts for.
     *
     * @return bytes.
     */
    default long nativeBytes() {
        return 0;
    }

    @Override
    void close();
}
