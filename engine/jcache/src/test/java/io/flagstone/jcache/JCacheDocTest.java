// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.testing.DocPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of docs/jcache.md. */
class JCacheDocTest {
    @TempDir Path classes;

    @TestFactory
    Stream<DynamicTest> everyProgramPrintsWhatItShows() throws IOException {
        return new DocPrograms(classes).tests("jcache.md");
    }
}
