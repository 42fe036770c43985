// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.RethrowingErrorHandler;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.LossGenerator;
import io.flagstone.testing.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentInvoker;

/**
 * A media driver without threads, by a clock that the test sets. It takes 12 MiB in a directory of
 * its own, and leaves nothing.
 */
final class SteppedDriver implements AutoCloseable {
    private static final int TERM_BYTES = 64 << 10;
    private static final int LEAST_COUNTERS_BYTES = 1 << 20;
    private static final int LEAST_ERRORS_BYTES = 4 << 20;

    private final TestClock clock;
    private final Path directory;
    private final LossGenerator loss;
    private MediaDriver driver;

    SteppedDriver(TestClock clock) {
        this(clock, null);
    }

    /** Creates a driver that drops frames on their way in. */
    SteppedDriver(TestClock clock, LossGenerator loss) {
        this.clock = clock;
        this.loss = loss;
        try {
            directory = Files.createTempDirectory(Files.createDirectories(target()), "aeron-");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    private static Path target() {
        return Path.of("target", "media").toAbsolutePath();
    }

    /** Starts the driver, or starts it again. */
    void start() {
        final MediaDriver.Context context =
                new MediaDriver.Context()
                        .aeronDirectoryName(directory.toString())
                        .threadingMode(ThreadingMode.INVOKER)
                        .nanoClock(clock)
                        .epochClock(() -> TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()))
                        .publicationTermBufferLength(TERM_BYTES)
                        .ipcTermBufferLength(TERM_BYTES)
                        .initialWindowLength(TERM_BYTES / 2)
                        .socketRcvbufLength(TERM_BYTES * 2)
                        .socketSndbufLength(TERM_BYTES * 2)
                        .counterValuesBufferLength(LEAST_COUNTERS_BYTES)
                        .errorBufferLength(LEAST_ERRORS_BYTES)
                        .performStorageChecks(false)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true);
        if (loss != null) {
            final ReceiveChannelEndpointSupplier lossy =
                    (channel, dispatcher, status, driverContext) ->
                            new DebugReceiveChannelEndpoint(
                                    channel,
                                    dispatcher,
                                    status,
                                    driverContext,
                                    loss,
                                    (address, buffer, length) -> false);
            context.receiveChannelEndpointSupplier(lossy);
        }
        driver = MediaDriver.launch(context);
    }

    /** Connects a client that is stepped, too. */
    Aeron connect() {
        return Aeron.connect(context().errorHandler(thrown -> {}));
    }

    /** Connects a client for an archive, which handles errors itself. */
    Aeron connectArchive() {
        return Aeron.connect(
                context()
                        .errorHandler(RethrowingErrorHandler.INSTANCE)
                        .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE));
    }

    private Aeron.Context context() {
        return new Aeron.Context()
                .aeronDirectoryName(directory.toString())
                .useConductorAgentInvoker(true)
                .driverAgentInvoker(driver.sharedAgentInvoker())
                .nanoClock(clock)
                .epochClock(() -> TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
    }

    /** Returns what lets the driver do some work. */
    AgentInvoker invoker() {
        return driver.sharedAgentInvoker();
    }

    /** Lets the driver do some work. */
    int step() {
        return driver == null ? 0 : driver.sharedAgentInvoker().invoke();
    }

    /** Ends the driver. Its clients notice it later. */
    void stop() {
        CloseHelper.close(driver);
        driver = null;
    }

    @Override
    public void close() {
        stop();
        IoUtil.delete(directory.toFile(), true);
    }
}
