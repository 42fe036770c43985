// SPDX-License-Identifier: Apache-2.0
package io.flagstone.chronicle;

import io.flagstone.testing.DocPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of the page on Chronicle Bytes, which need that library's flags. */
class ChronicleDocTest {
    @TempDir Path classes;

    @TestFactory
    Stream<DynamicTest> everyProgramPrintsTheOutputShown() throws IOException {
        return new DocPrograms(classes).tests("chronicle-bytes.md");
    }
}
