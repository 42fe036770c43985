// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows and changes which clusters have which keys. */
@Command(
        name = "shards",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Shows and changes which clusters, the shards, have which of the 16384 slots of keys.",
            "",
            "Slots move while all clusters serve. A few at a time are frozen until their entries"
                + " are copied. A command may be ended at any time: run 'resume', or the command"
                + " again, and it goes on. Until then those few slots stay frozen."
        },
        subcommands = {
            ShardsCommand.Show.class,
            ShardsCommand.Add.class,
            ShardsCommand.Remove.class,
            ShardsCommand.Move.class,
            ShardsCommand.Resume.class,
            ShardsCommand.Abort.class
        })
final class ShardsCommand implements Runnable {
    private static final String DONE = "0:done; for show: no move is under way";
    private static final String NOT_DONE =
            "1:not done, and the text says why; for show: a move is under way";
    private static final String INVALID = "2:an option is invalid";
    private static final Pattern SLOTS = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
    private static final int MAX_SLOT = 16_383;

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: use show, add, remove, move, resume or abort");
    }

    /** The options of all commands. */
    abstract static class Shared implements Callable<Integer> {
        @Spec CommandSpec spec;

        @Option(
                names = "--first",
                required = true,
                paramLabel = "ENDPOINTS",
                description =
                        "The ingress endpoints of the first cluster, which has the map of slots:"
                                + " 0=HOST:PORT,1=HOST:PORT,... with all its members.")
        private String first;

        @Option(
                names = "--host",
                paramLabel = "HOST",
                defaultValue = "localhost",
                description =
                        "The name of this machine to which the clusters send responses"
                                + " (${DEFAULT-VALUE}).")
        private String host;

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "10",
                description = "How long a cluster may take to answer (${DEFAULT-VALUE}).")
        private int timeout;

        /** Runs the command with a connection. Returns the exit status. */
        abstract int run(ShardsSession session);

        @Override
        public Integer call() {
            checkRange("--timeout", timeout, 1, 3_600);
            check();
            return ShardsSession.run(first, host, timeout, spec.commandLine(), this::run);
        }

        /** Checks the other options. */
        void check() {
            // There are none.
        }

        void checkRange(String name, int value, int least, int most) {
            if (value < least || value > most) {
                throw refusal(
                        name
                                + " must be between "
                                + least
                                + " and "
                                + most
                                + ": "
                                + name
                                + "="
                                + value);
            }
        }

        ParameterException refusal(String message) {
            return new ParameterException(spec.commandLine(), message);
        }
    }

    /** The options of commands that move slots. */
    abstract static class Moving extends Shared {
        @Option(
                names = "--step",
                paramLabel = "SLOTS",
                defaultValue = "64",
                description =
                        "How many slots are frozen and moved at a time: 1 to 16384"
                                + " (${DEFAULT-VALUE}).")
        int step;

        @Option(
                names = "--page-bytes",
                paramLabel = "BYTES",
                defaultValue = "32768",
                description =
                        "The length of the messages that carry entries: 1 to 1048576"
                                + " (${DEFAULT-VALUE}). At most an eighth of the terms of the"
                                + " clusters' logs.")
        int pageBytes;

        @Override
        void check() {
            checkRange("--step", step, 1, MAX_SLOT + 1);
            checkRange("--page-bytes", pageBytes, 1, 1 << 20);
        }
    }

    /** Shows the map. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 100,
            description = "Shows the map: the shards with their slots, and the move under way.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {DONE, NOT_DONE, INVALID})
    static final class Show extends Shared {
        @Option(names = "--json", description = "Write JSON.")
        private boolean json;

        @Override
        int run(ShardsSession session) {
            return session.show(json);
        }
    }

    /** Adds a shard. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 100,
            description =
                    "Adds an empty cluster as a shard and moves an equal share of the slots to it."
                            + " Of a shard, goes on with its share.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {DONE, NOT_DONE, INVALID})
    static final class Add extends Moving {
        @Option(
                names = "--shard",
                required = true,
                paramLabel = "ENDPOINTS",
                description = "The ingress endpoints of the cluster to add.")
        private String shard;

        @Override
        int run(ShardsSession session) {
            return session.add(shard, step, pageBytes);
        }
    }

    /** Removes a shard. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 100,
            description =
                    "Moves all slots of a shard to the others, in equal parts, and removes it from"
                            + " the map. Its cluster keeps running: stop it once clients have the"
                            + " new map. If this command was ended, run 'resume' and then this"
                            + " command again. The first shard keeps the map and cannot be"
                            + " removed.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {DONE, NOT_DONE, INVALID})
    static final class Remove extends Moving {
        @Parameters(
                paramLabel = "NAME",
                description =
                        "The ingress endpoints of the shard, as 'show' prints them in the column"
                                + " 'cluster'.")
        private String name;

        @Override
        int run(ShardsSession session) {
            return session.remove(name, step, pageBytes);
        }
    }

    /** Moves slots. */
    @Command(
            name = "move",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 100,
            description = "Moves slots to a shard, from wherever they are.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {DONE, NOT_DONE, INVALID})
    static final class Move extends Moving {
        @Option(
                names = "--slots",
                required = true,
                paramLabel = "FIRST-LAST",
                description = "The slots, of 0-16383.")
        private String slots;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "SHARD",
                description = "The number of the shard that gets them.")
        private int target;

        private int firstSlot;
        private int lastSlot;

        @Override
        void check() {
            super.check();
            checkRange("--to", target, 0, 255);
            final Matcher matcher = SLOTS.matcher(slots);
            if (matcher.matches()) {
                firstSlot = Integer.parseInt(matcher.group(1));
                lastSlot = Integer.parseInt(matcher.group(2));
            }
            if (!matcher.matches() || lastSlot > MAX_SLOT || firstSlot > lastSlot) {
                throw refusal("--slots must be a range of 0-" + MAX_SLOT + ": --slots=" + slots);
            }
        }

        @Override
        int run(ShardsSession session) {
            return session.move(firstSlot, lastSlot, target, step, pageBytes);
        }
    }

    /** Ends a move that a command has left. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 100,
            description = "Ends a move that another command has left under way.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {DONE, NOT_DONE, INVALID})
    static final class Resume extends Moving {
        @Override
        int run(ShardsSession session) {
            return session.resume(step, pageBytes);
        }
    }

    /** Aborts a move that a command has left. */
    @Command(
            name = "abort",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            usageHelpWidth = 100,
            description =
                    "Aborts a move that another command has left under way: the slots stay where"
                        + " they were. Not possible once the map has switched; use resume then.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {DONE, NOT_DONE, INVALID})
    static final class Abort extends Shared {
        @Override
        int run(ShardsSession session) {
            return session.abort();
        }
    }
}
