// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.testing.LayoutDiagram;
import io.flagstone.testing.LayoutDiagram.Field;
import io.flagstone.testing.ProjectFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares each {@link LayoutDiagram} in a descriptor's class comment and in the documentation with
 * the descriptor's constants: name, offset and length of each field.
 */
@Tag("any-jdk")
class LayoutDiagramsTest {
    private static final Path MAIN = ProjectFiles.file("engine", "core", "src", "main", "java");
    private static final Path PAGE = ProjectFiles.file("docs", "memory-layout.md");
    private static final Pattern CONSTANT =
            Pattern.compile("static final (?:int|long) (\\w+)\\s*=\\s*([^;]+);");

    /** The diagrams of lengths that depend on a configuration are checked for this one. */
    private static final SegmentLayout LAYOUT =
            SegmentLayout.divide(
                    1 << 20, new SizeClasses(8256), 64, SegmentLayout.UNBOUNDED, true, true);

    private static final int COUNTERS = 7;

    private static Map<String, Integer> variables() {
        return Map.ofEntries(
                Map.entry("C", LAYOUT.classes().count()),
                Map.entry("S", LAYOUT.slabs()),
                Map.entry("Z", LAYOUT.classes().slabBytes()),
                Map.entry("B", LAYOUT.buckets()),
                Map.entry("K", (LAYOUT.maxEntries() + 15) / 16),
                Map.entry("R", Math.max(16, LAYOUT.maxEntries() / 4)),
                Map.entry("L", (54 + LAYOUT.wheelBits() - 1) / LAYOUT.wheelBits()),
                Map.entry("P", 1 << LAYOUT.wheelBits()),
                Map.entry("T", LAYOUT.stripes()),
                Map.entry("U", LAYOUT.undoBytes()),
                Map.entry("N", COUNTERS));
    }

    /** Returns the offsets that the code computes. They are drawn with small first letters. */
    private static Map<String, Integer> computed() throws ReflectiveOperationException {
        final Map<String, Integer> offsets = new HashMap<>();
        for (final RecordComponent part : SegmentLayout.Offsets.class.getRecordComponents()) {
            final Object offset = part.getAccessor().invoke(LAYOUT.offsets());
            offsets.put(part.getName() + "Offset", (Integer) offset);
        }
        offsets.put(
                "headerLength",
                call("RecencyDescriptor", "headerLength", LAYOUT.classes().count()));
        for (final String method : List.of("slotsStart", "wheelLength")) {
            offsets.put(method, call("WheelDescriptor", method, LAYOUT.wheelBits()));
        }
        offsets.put("fileBytes", call("MetricsDescriptor", "fileBytes", COUNTERS));
        return offsets;
    }

    private static int call(String descriptor, String method, int argument)
            throws ReflectiveOperationException {
        final Method declared = load(descriptor).getDeclaredMethod(method, int.class);
        declared.setAccessible(true);
        return (Integer) declared.invoke(null, argument);
    }

    private static Map<String, Path> sources() {
        try (Stream<Path> files = Files.walk(MAIN)) {
            final Map<String, Path> sources = new TreeMap<>();
            files.filter(file -> file.toString().endsWith("Descriptor.java"))
                    .forEach(
                            file ->
                                    sources.put(
                                            file.getFileName().toString().replace(".java", ""),
                                            file));
            return sources;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<String> descriptors() {
        return sources().keySet().stream();
    }

    private static Class<?> load(String descriptor) throws ReflectiveOperationException {
        assertThat(sources()).containsKey(descriptor);
        final String path = MAIN.relativize(sources().get(descriptor)).toString();
        return Class.forName(path.replace(".java", "").replace(File.separatorChar, '.'));
    }

    /** Returns the constants of a descriptor with the expressions in its source. */
    private static Map<String, String> constants(String descriptor) throws IOException {
        final Map<String, String> constants = new LinkedHashMap<>();
        final Matcher found = CONSTANT.matcher(Files.readString(sources().get(descriptor)));
        while (found.find()) {
            constants.put(found.group(1), found.group(2).replaceAll("\\s+", " "));
        }
        return constants;
    }

    private static int value(String descriptor, String constant)
            throws ReflectiveOperationException {
        final var field = load(descriptor).getDeclaredField(constant);
        field.setAccessible(true);
        return field.getInt(null);
    }

    private static void check(LayoutDiagram diagram) throws Exception {
        final Map<String, String> constants = constants(diagram.descriptor());
        final List<Field> fields = diagram.fields(variables());
        for (final Field field : fields) {
            final String what = diagram + ": " + field.name();
            if (field.isBits() && field.isConstant()) {
                checkBits(what, diagram.descriptor(), constants, field);
            } else if (field.isConstant()) {
                assertThat(constants).as(what).containsKey(field.name());
                assertThat(field.start())
                        .as(what)
                        .isEqualTo(value(diagram.descriptor(), field.name()));
            } else if (field.name().matches("[a-z]+[A-Z]\\w*")) {
                assertThat(computed()).as(what).containsEntry(field.name(), field.start());
            }
        }
    }

    /**
     * A flag is one constant, a mask. Other bits have a shift unless it is 0, or a number of bits.
     */
    private static void checkBits(
            String what, String descriptor, Map<String, String> constants, Field field)
            throws ReflectiveOperationException {
        final String shift = field.name() + "_SHIFT";
        final String bits = field.name() + "_BITS";
        if (constants.containsKey(field.name())) {
            assertThat(value(descriptor, field.name())).as(what).isEqualTo(1 << field.start());
            assertThat(field.end()).as(what).isEqualTo(field.start() + 1);
            return;
        }
        assertThat(constants.containsKey(shift) || constants.containsKey(bits)).as(what).isTrue();
        assertThat(field.start())
                .as(what)
                .isEqualTo(constants.containsKey(shift) ? value(descriptor, shift) : 0);
        if (constants.containsKey(bits)) {
            assertThat(field.end() - field.start()).as(what).isEqualTo(value(descriptor, bits));
        }
    }

    @ParameterizedTest
    @MethodSource("descriptors")
    void classCommentDrawsTheConstants(String descriptor) throws Exception {
        final List<LayoutDiagram> diagrams = LayoutDiagram.read(sources().get(descriptor));
        assertThat(diagrams).as("diagrams of " + descriptor).isNotEmpty();
        for (final LayoutDiagram diagram : diagrams) {
            check(diagram);
        }
    }

    @ParameterizedTest
    @MethodSource("descriptors")
    void offsetsAreChainedAndAllDrawn(String descriptor) throws Exception {
        final Map<String, String> constants = constants(descriptor);
        final List<String> drawn = new ArrayList<>();
        for (final LayoutDiagram diagram : LayoutDiagram.read(sources().get(descriptor))) {
            Field previous = null;
            final List<String> offsets = new ArrayList<>();
            for (final Field field : diagram.fields(variables())) {
                if (field.isBits()) {
                    continue;
                }
                if (field.isConstant()) {
                    assertChained(field.name(), constants.get(field.name()), previous, offsets);
                    offsets.add(field.name());
                }
                previous = field;
            }
            drawn.addAll(offsets);
            if (!offsets.isEmpty()) {
                // Lengths may be built on the last one, which is the record's end.
                offsets.remove(offsets.size() - 1);
            }
            constants.forEach(
                    (name, expression) -> {
                        if (offsets.contains(expression.split(" ")[0])) {
                            assertThat(drawn).as(descriptor + "." + name).contains(name);
                        }
                    });
        }
    }

    private static void assertChained(
            String name, String expression, Field previous, List<String> before) {
        if (previous == null) {
            assertThat(expression).as(name).isEqualTo("0");
        } else if (previous.isConstant()) {
            assertThat(expression).as(name).startsWith(previous.name() + " + ");
        } else if (!before.isEmpty()) {
            assertThat(before).as(name).contains(expression.split(" ")[0]);
        }
    }

    @Test
    void pageDrawsTheConstants() throws Exception {
        final List<LayoutDiagram> diagrams = LayoutDiagram.read(PAGE);
        for (final LayoutDiagram diagram : diagrams) {
            check(diagram);
        }
        for (final Map.Entry<String, Path> source : sources().entrySet()) {
            if (source.getValue().toString().contains("internal")) {
                for (final LayoutDiagram diagram : LayoutDiagram.read(source.getValue())) {
                    assertThat(diagrams)
                            .as("diagrams of the page")
                            .anySatisfy(
                                    drawn -> assertThat(drawn.rows()).isEqualTo(diagram.rows()));
                }
            }
        }
    }
}
