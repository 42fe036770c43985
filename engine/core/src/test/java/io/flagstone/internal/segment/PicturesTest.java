// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.expiry.TimingWheel;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.Svg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Draws the pictures in the documentation from the code's own numbers. With {@code
 * -Dflagstone.pictures=write} it writes them, otherwise it compares them.
 */
class PicturesTest {
    private static final Path IMAGES = ProjectFiles.file("docs", "images");

    private static void check(String name, Svg picture) throws IOException {
        final Path file = IMAGES.resolve(name);
        if ("write".equals(System.getProperty("flagstone.pictures"))) {
            Files.writeString(file, picture.toString());
        }
        assertThat(Files.readString(file)).as(name).isEqualTo(picture.toString());
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%,d", bytes).replace(',', ' ');
    }

    @Test
    void theRegionPictureAgreesWithTheCode() throws IOException {
        final SegmentLayout layout =
                SegmentLayout.divide(
                        1 << 20,
                        new SizeClasses(1 << 14),
                        64,
                        SegmentLayout.UNBOUNDED,
                        false,
                        false);
        final Svg picture =
                new Svg(
                        760,
                        540,
                        "A region",
                        "The parts of a segment's region of one mebibyte, from top to bottom,"
                                + " with offsets and lengths.");
        picture.text(30, 30, "name", "a segment's region of 1 MiB, slabs of 16 KiB");
        final Object[][] parts = {
            {0, SegmentDescriptor.VERSION, "plain", "identity", "magic, sizes, seed of the hash"},
            {
                SegmentDescriptor.VERSION,
                2 * SegmentDescriptor.VERSION,
                "amber",
                "version, time, recency clock",
                "checked by reads without the lock"
            },
            {
                2 * SegmentDescriptor.VERSION,
                SegmentDescriptor.ENTRIES,
                "plain",
                "nothing",
                "keeps the counters' line from being fetched with the version's"
            },
            {
                SegmentDescriptor.ENTRIES,
                SegmentDescriptor.RECENCY,
                "grey",
                "counters, change mark",
                "counts of writes, and a mark of an unfinished one"
            },
            {
                SegmentDescriptor.RECENCY,
                layout.wheelOffset(),
                "green",
                "heads of the LRU lists",
                layout.classes().count() + " size classes"
            },
            {
                layout.wheelOffset(),
                layout.tablesOffset(),
                "blue",
                "timing wheel",
                "slots of entries by their deadlines"
            },
            {
                layout.tablesOffset(),
                layout.indexOffset(),
                "plain",
                "slab tables",
                "the class of each slab, its free chunks"
            },
            {
                layout.indexOffset(),
                layout.stripesOffset(),
                "amber",
                "index",
                layout.buckets()
                        + " buckets of a cache line with "
                        + HashIndex.SLOTS_PER_BUCKET
                        + " tags and references"
            },
            {
                layout.stripesOffset(),
                layout.slabsOffset(),
                "plain",
                "stripes",
                layout.stripes() + " locks with sequence numbers, a cache line each"
            },
            {
                layout.slabsOffset(),
                layout.slabsOffset() + layout.slabs() * layout.classes().slabBytes(),
                "green",
                "slabs",
                layout.slabs() + " slabs, each cut into chunks of one size class"
            },
            {
                layout.slabsOffset() + layout.slabs() * layout.classes().slabBytes(),
                layout.regionBytes(),
                "grey",
                "unused",
                "less than a slab"
            },
        };
        double y = 50;
        for (final Object[] part : parts) {
            final int from = (Integer) part[0];
            final int to = (Integer) part[1];
            final double h = part[3].equals("slabs") ? 90 : 34;
            picture.text(110, y + 14, "end", bytes(from));
            picture.box(
                    120,
                    y,
                    240,
                    h,
                    (String) part[2],
                    (String) part[3],
                    bytes(to - from) + " bytes");
            picture.text(376, y + h / 2 + 4, "", (String) part[4]);
            y += h;
        }
        picture.text(110, y + 4, "end", bytes(layout.regionBytes()));
        picture.text(120, 532, "", "every reference is an offset from the region's start");
        check("region.svg", picture);
    }

    @Test
    void theGetPictureAgreesWithTheCode() throws IOException {
        final Svg picture =
                new Svg(
                        960,
                        330,
                        "How a get works",
                        "A key is hashed; the hash chooses segment and bucket; tags, key and"
                                + " deadline are compared; the value is copied and validated by the"
                                + " version.");
        picture.text(30, 30, "name", "get: no lock, at most two dependent cache misses");
        final String[][] steps = {
            {"blue", "key", "a long, or bytes"},
            {"plain", "hash", "keyed, 64 bits"},
            {"plain", "segment", "by its top bits"},
            {"amber", "version", "even: go on"},
            {"amber", "bucket", "one cache line:", HashIndex.SLOTS_PER_BUCKET + " tags at once"},
            {"green", "entry", "key compared,", "deadline checked"},
            {"green", "value", "copied out"},
        };
        for (int i = 0; i < steps.length; i++) {
            final double x = 30 + i * 130;
            final String[] words = new String[steps[i].length - 1];
            System.arraycopy(steps[i], 1, words, 0, words.length);
            picture.box(x, 60, 116, 70, steps[i][0], words);
            if (i > 0) {
                picture.arrow(x - 14, 95, x - 1, 95);
            }
        }
        picture.text(608, 150, "mid", "miss 1");
        picture.text(738, 150, "mid", "miss 2");
        picture.box(810, 190, 116, 60, "amber", "version again", "the same?");
        picture.arrow(868, 130, 868, 189);
        picture.box(590, 190, 150, 60, "green", "a hit", "promoted if it has", "fallen far behind");
        picture.arrow(810, 220, 741, 220);
        picture.text(775, 212, "mid", "yes");
        picture.arrow(868, 250, 868, 290, 478, 290, 478, 131);
        picture.text(660, 308, "mid", "no: a write came between; try again, at last with the lock");
        check("get.svg", picture);
    }

    @Test
    void theWheelPictureAgreesWithTheCode() throws IOException {
        final int slots = 64;
        assertThat(TimingWheel.length(TimingWheel.WIDE))
                .as("9 levels of 64 slots, as drawn")
                .isEqualTo(24 + 9 * Long.BYTES + 9 * slots * Integer.BYTES);
        final Svg picture =
                new Svg(
                        960,
                        330,
                        "The timing wheel",
                        "Three levels of slots; an entry far from its deadline is in a coarse slot,"
                                + " moves to a finer one later, and is reclaimed from the finest.");
        picture.text(30, 30, "name", "the wheel turns: 9 levels of 64 slots; a tick of 1 ms");
        final String[][] levels = {
            {"level 0", "64 ms", "a slot is 1 ms"},
            {"level 1", "4.1 s", "a slot is 64 ms"},
            {"level 2", "4.4 min", "a slot is 4.1 s"},
        };
        final int drawn = 16;
        final int[] now = {5, 3, 1};
        for (int level = 0; level < levels.length; level++) {
            final double y = 60 + level * 90;
            picture.text(30, y + 18, "", levels[level][0] + ", " + levels[level][2]);
            picture.text(30, y + 34, "", "spans " + levels[level][1]);
            for (int slot = 0; slot < drawn; slot++) {
                final String colour =
                        slot < now[level] ? "grey" : slot == now[level] ? "amber" : "plain";
                picture.box(200 + slot * 44, y, 44, 40, colour);
            }
            picture.text(200 + now[level] * 44 + 22, y + 24, "mid", "now");
            picture.text(200 + drawn * 44 + 8, y + 24, "", "…");
        }
        picture.box(200 + 9 * 44 + 6, 248, 32, 24, "green", "e");
        picture.text(200 + 9 * 44 + 22, 298, "mid", "an entry due in half a minute starts here");
        picture.arrow(200 + 9 * 44 + 22, 247, 200 + 12 * 44 + 22, 191);
        picture.box(200 + 12 * 44 + 6, 158, 32, 24, "green", "e");
        picture.arrow(200 + 12 * 44 + 22, 157, 200 + 8 * 44 + 22, 101);
        picture.box(200 + 8 * 44 + 6, 68, 32, 24, "green", "e");
        picture.text(700, 222, "", "when its slot is due, it moves down a level");
        picture.text(560, 52, "", "its tick has passed: reclaimed, within the budget");
        check("wheel.svg", picture);
    }
}
