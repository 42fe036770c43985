// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages of all commands: complete, small, alone, and readable in a browser at three widths,
 * light and dark.
 */
@Tag("any-jdk")
class PagesTest {
    private static final int MOST_BYTES = 300_000;
    private static final List<Integer> WIDTHS = List.of(420, 1200, 1600);

    @TempDir private static Path directory;

    private static final Map<String, String> PAGES = new LinkedHashMap<>();

    @BeforeAll
    static void makePages() throws IOException {
        for (final Map.Entry<String, Report> report : SampleReports.all().entrySet()) {
            PAGES.put(report.getKey(), report.getValue().html());
        }
        PAGES.put("replay of the tape", replay("--verify"));
        final Path trace = directory.resolve("a-trace-with-a-long-name-of-more-than-50-characters");
        Files.writeString(
                trace,
                IntStream.range(0, 50_000)
                        .mapToObj(i -> i * 37 % 1_009 + "\n")
                        .collect(Collectors.joining()));
        PAGES.put("replay of a trace", replay("--trace", trace.toString(), "--format", "lirs"));
    }

    private static String replay(String... options) throws IOException {
        final Path page = directory.resolve("replay.html");
        Cli.replay(
                directory,
                IntStream.range(0, options.length + 2)
                        .mapToObj(
                                i ->
                                        i < options.length
                                                ? options[i]
                                                : i == options.length ? "--html" : page.toString())
                        .toArray(String[]::new));
        return Files.readString(page);
    }

    @Test
    void everyPageSaysWhereItsFiguresAreFrom() {
        PAGES.forEach(
                (name, page) -> {
                    assertThat(page)
                            .as(name)
                            .contains("<dt>processor</dt>", "<dt>cores</dt>", "<dt>JDK</dt>")
                            .contains("<dt>commit</dt>", "<dt>date</dt>")
                            .containsPattern("<pre>java -jar [^<]+</pre>")
                            .containsPattern("<header>.*cores \u00b7 JDK .*commit .*UTC</p>");
                    assertThat(page.split("<table[ >]", -1))
                            .as("%s: each table has a sentence", name)
                            .hasSameSizeAs(
                                    page.split("<p class=\"caption\">[A-Z][^<]+\\.</p>", -1));
                });
    }

    @Test
    void everyPageIsSmallAndLoadsNothing() {
        PAGES.forEach(
                (name, page) -> {
                    assertThat(page.getBytes(StandardCharsets.UTF_8).length)
                            .as("%s: bytes", name)
                            .isLessThan(MOST_BYTES);
                    assertThat(page)
                            .as(name)
                            .doesNotContain("src=", "@import", "<script", "<link", "href=\"h");
                    assertThat(page.replace("url(#", "")).as(name).doesNotContain("url(");
                });
    }

    @Test
    void everyChartHasTitledAxesAndIsAFileOfItsOwn() throws Exception {
        for (final Map.Entry<String, Report> report : SampleReports.all().entrySet()) {
            final List<Picture> pictures = report.getValue().pictures();
            assertThat(PAGES.get(report.getKey()).split("<svg ", -1))
                    .as(report.getKey())
                    .hasSize(1 + pictures.size());
            assertThat(pictures.stream().map(Picture::fileName)).doesNotHaveDuplicates();
            for (final Picture picture : pictures) {
                final String file = picture.file();
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
                assertThat(file)
                        .as(picture.fileName())
                        .contains("prefers-color-scheme: dark", "class=\"paper\"")
                        .containsPattern("class=\"middle title\">[^<]+</text>")
                        .containsPattern("class=\"(middle|end)\">[0-9][^<]*</text>");
            }
        }
    }

    @Test
    void whiskersShowTheRangeOfTheRounds() {
        assertHas("growth", "class=\"k0 whisker\"");
        assertHas("compare", "class=\"mark\"");
        assertHas("compare", "flagstone: 13.5 (9.5 to 27.0)");
    }

    /** Does the same as an assertion of AssertJ, whose message would be the whole page. */
    private static void assertHas(String name, String markup) {
        assertThat(PAGES.get(name).contains(markup)).as("%s has %s", name, markup).isTrue();
    }

    @Test
    void picturesAreWrittenToTheirDirectory() throws IOException {
        final Path pictures = Files.createDirectory(directory.resolve("pictures"));
        Cli.replay(directory, "--pictures", pictures.toString());

        for (final String name : List.of("hits", "latency", "entries", "memory")) {
            assertThat(pictures.resolve("replay-" + name + ".svg"))
                    .content()
                    .startsWith("<svg xmlns=");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingOverflowsAndAllTextCanBeRead(boolean dark, @TempDir Path scratch) throws Exception {
        final Optional<Browser> browser = Browser.find();
        assumeTrue(
                browser.isPresent(),
                "the pages were not rendered: none of " + Browser.NAMES + " is on the PATH");
        final Path harness = scratch.resolve("harness.html");
        Files.writeString(harness, harness());

        final String markup = browser.get().markup(harness, dark, scratch);

        final String begin = "<pre id=\"findings\">";
        assertThat(markup).as("the script ran to its end").contains(begin);
        final String json =
                new String(
                        Base64.getDecoder()
                                .decode(
                                        markup.substring(
                                                markup.indexOf(begin) + begin.length(),
                                                markup.indexOf("</pre>", markup.indexOf(begin)))),
                        StandardCharsets.UTF_8);
        final JsonObject findings = JsonParser.parseString(json).getAsJsonObject();
        assertThat(findings.keySet()).hasSize(PAGES.size() * WIDTHS.size());
        for (final Map.Entry<String, JsonElement> finding : findings.entrySet()) {
            final JsonObject page = finding.getValue().getAsJsonObject();
            assertThat(page.get("dark").getAsBoolean()).as(finding.getKey()).isEqualTo(dark);
            assertThat(page.get("texts").getAsInt()).as(finding.getKey()).isGreaterThan(50);
            assertThat(page.getAsJsonArray("problems")).as(finding.getKey()).isEmpty();
        }
    }

    /** Returns a page that has each page in a frame of each width, and measures them all. */
    private static String harness() throws IOException {
        final StringBuilder frames = new StringBuilder();
        PAGES.forEach(
                (name, page) -> {
                    for (final int width : WIDTHS) {
                        frames.append("<iframe title=\"").append(name).append(" at ").append(width);
                        frames.append("\" style=\"border:0;width:").append(width);
                        frames.append("px;height:1000px\" srcdoc=\"");
                        frames.append(page.replace("&", "&amp;").replace("\"", "&quot;"));
                        frames.append("\"></iframe>\n");
                    }
                });
        try (InputStream script = PagesTest.class.getResourceAsStream("measure.js")) {
            return "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n"
                    + frames
                    + "<script>\n"
                    + new String(script.readAllBytes(), StandardCharsets.UTF_8)
                    + "</script>\n";
        }
    }
}
