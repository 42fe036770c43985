// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.tape;

import io.flagstone.bench.trace.LineReader;
import io.flagstone.bench.trace.Numbers;
import io.flagstone.bench.trace.TraceInput;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The trades of Bitstamp in bitcoins for US dollars of one week of 2013, in the order of the file.
 *
 * <p>Trades bear whole seconds and no number of their own: two alike within a second may be two
 * fills as well as one trade written twice, and all are replayed.
 */
public final class TradeTape implements Closeable {
    /** The class-path resource. */
    public static final String RESOURCE = "bitstamp_trades_from_20131125_usd.csv";

    private static final String HEADER = "timestamp,price,amount";
    private static final Pattern COMMA = Pattern.compile(",");
    private static final int COLUMNS = 3;

    private final TraceInput input;
    private final LineReader lines;
    private final long length;

    /**
     * Reads a tape.
     *
     * @param name what to call it in messages.
     * @param stream the text; closed with this.
     * @param length bytes of the stream, or -1.
     * @throws IOException where it cannot be read or does not begin as a tape does.
     */
    TradeTape(String name, InputStream stream, long length) throws IOException {
        this.input = TraceInput.open(name, stream);
        this.lines = new LineReader(input);
        this.length = length;
        if (!HEADER.equals(lines.next())) {
            throw lines.malformed("the header is not " + HEADER);
        }
    }

    /**
     * Opens the tape on the class path.
     *
     * @return the tape.
     * @throws IOException where it is missing.
     */
    public static TradeTape open() throws IOException {
        final URL url = TradeTape.class.getClassLoader().getResource(RESOURCE);
        if (url == null) {
            throw new IOException("the trade tape " + RESOURCE + " is not on the class path");
        }
        final URLConnection connection = url.openConnection();
        return new TradeTape(
                RESOURCE, connection.getInputStream(), connection.getContentLengthLong());
    }

    /**
     * Reads the next trade.
     *
     * @param trade filled where there is one.
     * @return false at the end of the tape.
     * @throws IOException where it is malformed or cannot be read.
     */
    public boolean next(Trade trade) throws IOException {
        final String line = lines.next();
        if (line == null) {
            return false;
        }
        final String[] columns = COMMA.split(line, -1);
        if (columns.length != COLUMNS) {
            throw lines.malformed(columns.length + " columns instead of " + HEADER);
        }
        final long seconds = Numbers.natural(columns[0], "timestamp", lines);
        trade.set(
                TimeUnit.SECONDS.toNanos(seconds),
                Numbers.fixedPoint(columns[1], Trade.PLACES, "price", lines),
                Numbers.fixedPoint(columns[2], Trade.PLACES, "amount", lines));
        return true;
    }

    /**
     * The bytes read so far.
     *
     * @return bytes.
     */
    public long position() {
        return input.bytesRead();
    }

    /**
     * The size of the tape.
     *
     * @return bytes, or -1 where it is not known.
     */
    public long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
