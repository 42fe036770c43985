// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;

/**
 * Checks the programs on a page of the documentation: they compile without a warning and print the
 * output that the page shows.
 *
 * <p>The convention: the first {@code java} block of a page holds the imports. After it, the {@code
 * java} blocks of a section are the body of one {@code main}. A {@code text} block is the output
 * since the previous {@code text} block.
 */
public final class DocPrograms {
    private static final Path DOCS = ProjectFiles.file("docs");
    private static final String END_OF_BLOCK = "~~~ end of block ";
    private static final List<String> OPTIONS =
            List.of("--release", "17", "-Xlint:all", "-Werror", "-proc:none");

    private final Path classes;

    /** A block between fences, or a heading, which has the language "section". */
    public record Block(String language, String text) {}

    /** A section's program and its expected output. */
    public record Program(String title, String body, String output) {}

    /** Compiles programs into a directory. */
    public DocPrograms(Path classes) {
        this.classes = classes;
    }

    /** Returns a test for each program of a page. */
    public Stream<DynamicTest> tests(String page) throws IOException {
        final List<Block> blocks = blocks(DOCS.resolve(page));
        final String imports = imports(blocks);
        final List<Program> programs = programs(blocks);
        // Fails if a change of the page's form hides all its programs.
        assertThat(programs).isNotEmpty();
        final String name = "Page" + Integer.toHexString(page.hashCode()) + "Program";
        return Stream.iterate(0, i -> i < programs.size(), i -> i + 1)
                .map(
                        i ->
                                DynamicTest.dynamicTest(
                                        programs.get(i).title(),
                                        () -> check(name + i, imports, programs.get(i))));
    }

    /** Returns the programs of a page. */
    public static List<Program> programs(String page) throws IOException {
        return programs(blocks(DOCS.resolve(page)));
    }

    /** Returns the blocks of a file. */
    public static List<Block> blocks(Path file) throws IOException {
        return blocks(Files.readAllLines(file));
    }

    private void check(String name, String imports, Program program) throws Exception {
        compile(
                name,
                imports
                        + "\npublic final class "
                        + name
                        + " {\n    private "
                        + name
                        + "() {}\n\n    public static void main(String[] args) throws Exception {\n"
                        + program.body()
                        + "    }\n}\n");
        assertThat(run(name)).isEqualTo(program.output());
    }

    /** Compiles a class without a warning. */
    public void compile(String name, String source) {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler).as("a JDK, not a JRE").isNotNull();
        final List<String> options = new ArrayList<>(OPTIONS);
        options.addAll(List.of("-d", classes.toString()));
        options.addAll(List.of("-classpath", System.getProperty("java.class.path")));
        final DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        final boolean compiled =
                compiler.getTask(
                                null,
                                null,
                                diagnostics,
                                options,
                                null,
                                List.of(new Source(name, source)))
                        .call();
        final List<Diagnostic<? extends JavaFileObject>> found = diagnostics.getDiagnostics();
        assertThat(found).as(source).isEmpty();
        assertThat(compiled).as(source).isTrue();
    }

    /** Runs a compiled class and returns its output. */
    public String run(String name) throws Exception {
        final PrintStream out = System.out;
        final Thread thread = Thread.currentThread();
        final ClassLoader before = thread.getContextClassLoader();
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        final URL[] urls = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, getClass().getClassLoader());
                PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(capture);
            thread.setContextClassLoader(loader);
            loader.loadClass(name)
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
            thread.setContextClassLoader(before);
        }
        return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private static List<Block> blocks(List<String> lines) {
        final List<Block> blocks = new ArrayList<>();
        String language = null;
        StringBuilder text = new StringBuilder();
        for (final String line : lines) {
            if (!line.startsWith("```")) {
                if (language != null) {
                    text.append(line).append('\n');
                } else if (line.startsWith("## ")) {
                    blocks.add(new Block("section", line.substring(3)));
                }
            } else if (language == null) {
                language = line.substring(3);
                text = new StringBuilder();
            } else {
                blocks.add(new Block(language, text.toString()));
                language = null;
            }
        }
        assertThat(language).as("language of an unclosed fence").isNull();
        return blocks;
    }

    private static String imports(List<Block> blocks) {
        final String imports =
                blocks.stream()
                        .filter(block -> "java".equals(block.language()))
                        .findFirst()
                        .orElseThrow()
                        .text();
        assertThat(imports.lines()).allMatch(line -> line.startsWith("import "));
        return imports;
    }

    private static List<Program> programs(List<Block> blocks) {
        final List<Program> programs = new ArrayList<>();
        boolean importsSeen = false;
        String title = "";
        StringBuilder body = new StringBuilder();
        StringBuilder output = new StringBuilder();
        for (final Block block : blocks) {
            switch (block.language()) {
                case "section":
                    add(programs, title, body, output);
                    title = block.text();
                    body = new StringBuilder();
                    output = new StringBuilder();
                    break;
                case "java":
                    if (importsSeen) {
                        body.append(block.text());
                    }
                    importsSeen = true;
                    break;
                case "text":
                    assertThat(body).as("code before the output in " + title).isNotEmpty();
                    // The output between two marks must be the text block between them.
                    final String mark = END_OF_BLOCK + output.length();
                    body.append("System.out.println(\"").append(mark).append("\");\n");
                    output.append(block.text()).append(mark).append('\n');
                    break;
                default:
                    break;
            }
        }
        add(programs, title, body, output);
        return programs;
    }

    private static void add(
            List<Program> programs, String title, StringBuilder body, StringBuilder output) {
        if (body.length() > 0) {
            programs.add(new Program(title, body.toString(), output.toString()));
        }
    }

    /** A source file that exists in memory only. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
