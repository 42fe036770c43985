// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Records log messages until it is closed. Thread-safe. */
public final class LogRecorder extends Handler implements AutoCloseable {
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Logger logger;

    /**
     * Starts to record a logger.
     *
     * @param name the logger's name; empty for all loggers.
     */
    public LogRecorder(String name) {
        this.logger = Logger.getLogger(name);
        logger.addHandler(this);
    }

    /** Keeps the messages from the console and other handlers. */
    public LogRecorder alone() {
        logger.setUseParentHandlers(false);
        return this;
    }

    /** Returns the messages so far. */
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
