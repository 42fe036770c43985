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
 * The trades of bitcoins for US dollars on Bitstamp in one week of 2013, in the order of the file.
 *
 * <p>Trades have whole seconds and no number: two equal trades within a second may be two fills or
 * one trade written twice. All are replayed.
 */
public final class TradeTape implements Closeable {
    /** The name of the class-path resource. */
    public static final String RESOURCE = "bitstamp_trades_from_20131125_usd.csv";

    private static final String HEADER = "timestamp,price,amount";
    private static final Pattern COMMA = Pattern.compile(",");
    private static final int COLUMNS = 3;

    private final TraceInput input;
    private final LineReader lines;
    private final long length;

    /**
     * Opens a tape and reads its header.
     *
     * @param name the name for messages.
     * @param stream the text; closed with this.
     * @param length bytes of the stream, or -1 if unknown.
     * @throws IOException if the stream cannot be read or the header is wrong.
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
     * @throws IOException if it is missing or cannot be read.
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
     * @param trade filled if there is one.
     * @return false at the end of the tape.
     * @throws IOException if the tape is malformed or cannot be read.
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
     * Returns how many bytes have been read.
     *
     * @return bytes.
     */
    public long position() {
        return input.bytesRead();
    }

    /**
     * Returns the size of the tape.
     *
     * @return bytes, or -1 if unknown.
     */
    public long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
