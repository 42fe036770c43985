// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayRefusalTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay --bogus | Unknown option: '--bogus'",
                "replay extra | Unmatched argument at index 1: 'extra'",
                "frob | Unmatched argument at index 0: 'frob'",
                "replay --trace t | --trace needs --format",
                "replay --format lirs | --format needs --trace",
                "replay --value-bytes 8 | --value-bytes needs --trace",
                "replay --ideal | --ideal needs --trace",
                "replay --trace t --format zip | Invalid value for option '--format': unknown"
                        + " format 'zip', known are lirs, oracle-general, arc, csv",
                "replay --trace t --format csv --depth 1 | --small, --tick-size and --depth are for"
                        + " the trade tape and cannot be used with --trace",
                "replay --trace t --format csv --value-bytes -1 | --value-bytes -1 is not between"
                        + " 0 and 16777216",
                "replay --memory 1MB | Invalid value for option '--memory': '1MB' is not a size"
                        + " such as 65536, 64K, 256M or 2G",
                "replay --ttl 5 | Invalid value for option '--ttl': '5' is not a duration such as"
                        + " 500ms, 10s, 30m or 2h, nor 'none'",
                "replay --max-entries 0 | --max-entries 0 is not positive",
                "replay --segments 0 | --segments 0 is not positive",
                "replay --promotion NaN | --promotion NaN is not between 0 and 1",
                "replay --depth -1 | --depth -1 is not between 0 and 100000",
                "replay --slab 2G | --slab 2147483648 is more than 2147483647",
                "replay --replicas 0 | --replicas 0 is not between 1 and 8",
                "replay --replicas 9 | --replicas 9 is not between 1 and 8",
                "replay --seed 1 | --seed needs --replicas",
                "replay --replicas 2 --metrics m | --metrics cannot be used with --replicas",
                "replay --replicas 2 --trace t --format lirs | --replicas is for the trade tape and"
                        + " cannot be used with --trace",
                "replay --html /nonexistent/x | --html: /nonexistent is not a directory",
                "replay --json /nonexistent/x | --json: /nonexistent is not a directory",
            })
    void badUsageIsRefusedInOneLine(String args, String message) {
        final Cli run = Cli.run(args.split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines().findFirst()).contains("error: " + message);
        assertThat(run.err().lines()).hasSize(2);
    }

    @Test
    void noCommandIsRefused() {
        final Cli run = Cli.run();

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: a command is missing");
    }

    @Test
    void aCacheThatCannotBeBuiltIsRefused() {
        final Cli run = Cli.run("replay", "--memory", "1K");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("error: the cache cannot be built: memoryBytes must be at least ");
        assertThat(run.err()).doesNotContain("\tat ");
    }

    @Test
    void twoReportsInOneFileAreRefused() {
        final String file = directory.resolve("x").toString();
        final Cli run = Cli.run("replay", "--html", file, "--json", file);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: --html and --json must be different files");
    }

    @Test
    void aMalformedTraceKeepsEarlierReports() throws IOException {
        final Path trace = Files.writeString(directory.resolve("t"), "1\n2\nthree\n");
        final Path html = Files.writeString(directory.resolve("r.html"), "old page");
        final Path json = Files.writeString(directory.resolve("r.json"), "old report");
        final Cli run =
                Cli.run(
                        "replay",
                        "--trace",
                        trace.toString(),
                        "--format",
                        "lirs",
                        "--memory",
                        "1M",
                        "--html",
                        html.toString(),
                        "--json",
                        json.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().strip())
                .isEqualTo(
                        "error: "
                                + trace
                                + ":3: key is not a whole number: \"three\"; lirs expects one"
                                + " decimal key a line");
        assertThat(html).hasContent("old page");
        assertThat(json).hasContent("old report");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactlyInAnyOrder(trace, html, json);
        }
    }

    @Test
    void helpAndVersionExitWithZero() {
        final Cli help = Cli.run("replay", "--help");
        final Cli version = Cli.run("--version");

        assertThat(help.status()).isZero();
        assertThat(help.out()).contains("--trace", "--verify", "--html", "Exit codes:");
        assertThat(version.status()).isZero();
        assertThat(version.out()).startsWith("flagstone-bench ");
    }
}
