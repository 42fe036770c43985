// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A directory in memory that records every change, so that a test can replay a part of them, as a
 * lost machine would have left it. Optionally fails at one of the changes.
 */
final class RecordedStorage implements CheckpointStorage {
    /** The kinds of changes. */
    enum Kind {
        CREATE,
        WRITE,
        TRUNCATE,
        FORCE,
        DELETE,
        FORCE_NAMES
    }

    /** A change of a file, or of the directory. */
    record Change(Kind kind, String name, long position, byte[] bytes) {}

    private static final int SECTOR = 512;

    final List<Change> changes = new ArrayList<>();
    final Map<String, byte[]> files = new TreeMap<>();

    /** The number of the change that fails, or -1. */
    int failsAt = -1;

    private void change(Kind kind, String name, long position, byte[] bytes) throws IOException {
        if (changes.size() == failsAt) {
            failsAt = -1;
            throw new IOException("No space left on device");
        }
        final Change change = new Change(kind, name, position, bytes);
        changes.add(change);
        apply(files, change);
    }

    private static void apply(Map<String, byte[]> files, Change change) {
        switch (change.kind()) {
            case CREATE -> files.put(change.name(), new byte[0]);
            case DELETE -> files.remove(change.name());
            case TRUNCATE ->
                    files.computeIfPresent(
                            change.name(),
                            (name, old) ->
                                    Arrays.copyOf(
                                            old, (int) Math.min(old.length, change.position())));
            case WRITE ->
                    files.computeIfPresent(
                            change.name(),
                            (name, old) -> {
                                final int at = (int) change.position();
                                final byte[] grown =
                                        Arrays.copyOf(
                                                old,
                                                Math.max(old.length, at + change.bytes().length));
                                System.arraycopy(
                                        change.bytes(), 0, grown, at, change.bytes().length);
                                return grown;
                            });
            default -> {}
        }
    }

    /**
     * Returns the files that a machine may have if it is lost after a number of changes: what was
     * forced, and any part of the rest, in which a write may be torn between sectors.
     */
    static Map<String, byte[]> lost(List<Change> changes, int count, SplittableRandom random) {
        final Set<Integer> durable = new HashSet<>();
        for (int i = 0; i < count; i++) {
            final Change force = changes.get(i);
            for (int j = 0; j < i; j++) {
                final Change change = changes.get(j);
                final boolean ofNames =
                        change.kind() == Kind.CREATE || change.kind() == Kind.DELETE;
                if (force.kind() == Kind.FORCE_NAMES && ofNames
                        || force.kind() == Kind.FORCE
                                && change.name().equals(force.name())
                                && !ofNames) {
                    durable.add(j);
                }
            }
        }
        // A file that is not named keeps its bytes until it is known to have a name.
        final Map<String, byte[]> bytes = new TreeMap<>();
        final Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            final Change change = changes.get(i);
            final boolean happens = durable.contains(i) || random.nextBoolean();
            switch (change.kind()) {
                case CREATE -> {
                    apply(bytes, change);
                    if (happens) {
                        names.add(change.name());
                    }
                }
                case DELETE -> {
                    if (happens) {
                        names.remove(change.name());
                    }
                }
                case WRITE -> {
                    if (durable.contains(i)) {
                        apply(bytes, change);
                    } else {
                        sectors(change).stream()
                                .filter(sector -> random.nextBoolean())
                                .forEach(sector -> apply(bytes, sector));
                    }
                }
                default -> {
                    if (happens) {
                        apply(bytes, change);
                    }
                }
            }
        }
        bytes.keySet().retainAll(names);
        return bytes;
    }

    private static List<Change> sectors(Change write) {
        final List<Change> sectors = new ArrayList<>();
        for (int from = 0; from < write.bytes().length; from += SECTOR) {
            sectors.add(
                    new Change(
                            Kind.WRITE,
                            write.name(),
                            write.position() + from,
                            Arrays.copyOfRange(
                                    write.bytes(),
                                    from,
                                    Math.min(write.bytes().length, from + SECTOR))));
        }
        return sectors;
    }

    /** Returns the files after the first changes, in their order. */
    static Map<String, byte[]> after(List<Change> changes, int count) {
        final Map<String, byte[]> files = new TreeMap<>();
        changes.subList(0, count).forEach(change -> apply(files, change));
        return files;
    }

    /** Writes files into a directory, which is emptied first. */
    static void store(Map<String, byte[]> files, Path directory) throws IOException {
        Files.createDirectories(directory);
        for (final String name : CheckpointDirectory.names(directory)) {
            Files.delete(directory.resolve(name));
        }
        for (final Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public Output create(String name) throws IOException {
        change(Kind.CREATE, name, 0, null);
        return new Output() {
            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                final byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                change(Kind.WRITE, name, position, copy);
            }

            @Override
            public void truncate(long length) throws IOException {
                change(Kind.TRUNCATE, name, length, null);
            }

            @Override
            public void force() throws IOException {
                change(Kind.FORCE, name, 0, null);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void delete(String name) throws IOException {
        change(Kind.DELETE, name, 0, null);
    }

    @Override
    public byte[] head(String name, int length) {
        final byte[] bytes = files.get(name);
        return Arrays.copyOf(bytes, Math.min(bytes.length, length));
    }

    @Override
    public void force() throws IOException {
        change(Kind.FORCE_NAMES, "", 0, null);
    }

    @Override
    public void close() {}
}
