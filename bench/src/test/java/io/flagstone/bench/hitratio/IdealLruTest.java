// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.bench.trace.TraceFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdealLruTest {
    @TempDir private Path directory;

    @Test
    void hitsEqualThoseOfAListInOrderOfUse() {
        final long seed = new Random().nextLong();
        final Random random = new Random(seed);
        final int[] keys = random.ints(5_000, 0, 60).map(key -> key * key / 60).toArray();
        for (final int entries : new int[] {1, 2, 7, 30, 60}) {
            final List<Integer> list = new ArrayList<>();
            long hits = 0;
            for (final Integer key : keys) {
                hits += list.remove(key) ? 1 : 0;
                list.add(key);
                if (list.size() > entries) {
                    list.remove(0);
                }
            }
            assertThat(IdealLru.hits(keys, entries)).as("seed %d", seed).isEqualTo(hits);
        }
    }

    @Test
    void keysAreNumberedByFirstAppearance() throws IOException {
        final Path file = directory.resolve("trace");
        Files.writeString(file, "900000000000\n7\n900000000000\n*\n7\n8\n");

        final DenseTrace trace = DenseTrace.read(file, TraceFormat.LIRS);

        assertThat(trace.keys()).containsExactly(0, 1, 0, 1, 2);
        assertThat(trace.distinct()).isEqualTo(3);
    }
}
