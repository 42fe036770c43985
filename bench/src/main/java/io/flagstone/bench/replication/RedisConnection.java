// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A connection to a Redis server, with the few commands of its protocol (RESP2) that a measurement
 * needs. Commands wait until {@link #send}; replies come in the order of the commands.
 */
final class RedisConnection implements Closeable {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int TIMEOUT_MS = 10_000;
    private static final int KEY_DIGITS = 10;
    private static final byte[] SET =
            ("*3\r\n$3\r\nSET\r\n$" + KEY_DIGITS + "\r\n").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GET =
            ("*2\r\n$3\r\nGET\r\n$" + KEY_DIGITS + "\r\n").getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] waiting = new byte[BUFFER_BYTES];
    private int length;

    /** Connects to a port of the loopback interface. */
    RedisConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
        out = socket.getOutputStream();
    }

    /** Adds a SET to the commands that wait. */
    void set(long key, byte[] value) {
        add(SET);
        addKey(key);
        add(("\r\n$" + value.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        add(value);
        addEnd();
    }

    /** Returns whether the buffer has room for another command of this length. */
    boolean hasRoom(int valueLength) {
        return waiting.length - length > valueLength + 128;
    }

    /** Gets a value. Returns false if the key is not there. */
    boolean get(long key, byte[] value) throws IOException {
        add(GET);
        addKey(key);
        addEnd();
        send();
        final String head = line();
        if ("$-1".equals(head)) {
            return false;
        }
        if (!head.equals("$" + value.length)) {
            throw new IOException("GET was answered by " + head);
        }
        if (in.readNBytes(value, 0, value.length) != value.length) {
            throw new EOFException("the server closed the connection");
        }
        line();
        return true;
    }

    /** Sends an INFO and returns its text. */
    String info(String section) throws IOException {
        add(
                ("*2\r\n$4\r\nINFO\r\n$" + section.length() + "\r\n" + section + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        send();
        final String head = line();
        final int bytes = Integer.parseInt(head.substring(1));
        final String text = new String(in.readNBytes(bytes), StandardCharsets.US_ASCII);
        line();
        return text;
    }

    /** Sends the commands that wait. */
    void send() throws IOException {
        out.write(waiting, 0, length);
        length = 0;
    }

    /** Takes the reply of a SET. */
    void takeOk() throws IOException {
        final String reply = line();
        if (!"+OK".equals(reply)) {
            throw new IOException("SET was answered by " + reply);
        }
    }

    private void add(byte[] bytes) {
        System.arraycopy(bytes, 0, waiting, length, bytes.length);
        length += bytes.length;
    }

    private void addKey(long key) {
        long rest = key;
        for (int i = KEY_DIGITS - 1; i >= 0; i--) {
            waiting[length + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += KEY_DIGITS;
    }

    private void addEnd() {
        waiting[length++] = '\r';
        waiting[length++] = '\n';
    }

    private String line() throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) c);
        }
        in.read();
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
