// SPDX-License-Identifier: Apache-2.0
package io.flagstone.micrometer;

import io.flagstone.testing.DocPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the programs of the page on operations, which use Micrometer. */
class OperationsDocTest {
    @TempDir Path classes;

    @TestFactory
    Stream<DynamicTest> everyProgramPrintsTheOutputShown() throws IOException {
        return new DocPrograms(classes).tests("operations.md");
    }
}
