// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** The command {@code jmh}: passes all its arguments to JMH, which also prints the help. */
@Command(
        name = "jmh",
        description = "Runs JMH on the benchmarks of this jar, with JMH's own options.")
final class JmhCommand implements Callable<Integer> {
    @Unmatched private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
