// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Records what is logged until it is closed. Thread-safe. */
public final class LogRecorder extends Handler implements AutoCloseable {
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Logger logger;

    /**
     * Records a logger.
     *
     * @param name of the logger; empty for all of them.
     */
    public LogRecorder(String name) {
        this.logger = Logger.getLogger(name);
        logger.addHandler(this);
    }

    /** Keeps the console, or whatever else listens, from being told. */
    public LogRecorder alone() {
        logger.setUseParentHandlers(false);
        return this;
    }

    /** The messages so far. */
    public List<String> messages() {
        return messages;
    }

    @Override
    public void publish(LogRecord entry) {
        messages.add(entry.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
    }
}
