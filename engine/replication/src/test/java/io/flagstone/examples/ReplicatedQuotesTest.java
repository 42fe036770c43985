// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.DocPrograms;
import io.flagstone.testing.ProjectFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of replication prints what its pages show. */
@Timeout(120)
class ReplicatedQuotesTest {
    private static final String NAME = "ReplicatedQuotes";
    private static final String COMMAND =
            "mvn -q test-compile exec:exec@replicated-example -pl engine/replication -Dexample="
                    + NAME
                    + "\n";

    @TempDir private Path classes;

    @Test
    void printsWhatItsPagesShow() throws Exception {
        final List<DocPrograms.Block> blocks =
                DocPrograms.blocks(ProjectFiles.file("docs", "examples.md"));
        final int section = blocks.indexOf(new DocPrograms.Block("section", NAME));
        assertThat(blocks.get(section + 1)).isEqualTo(new DocPrograms.Block("sh", COMMAND));
        final String output = blocks.get(section + 2).text();
        assertThat(new DocPrograms(classes).run("io.flagstone.examples." + NAME)).isEqualTo(output);
        assertThat(Files.readString(ProjectFiles.file("docs", "replication.md")))
                .contains(COMMAND, output);
    }
}
