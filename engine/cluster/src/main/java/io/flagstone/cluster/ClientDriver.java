// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.File;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.IoUtil;
import org.agrona.concurrent.BackoffIdleStrategy;

/**
 * A small media driver in this process, for clients that do not have one, such as tools and tests.
 * Its thread sleeps for up to a millisecond when there is nothing to do, which costs latency.
 *
 * <p>Thread-safe, but for {@link #close}.
 */
public final class ClientDriver implements AutoCloseable {
    private static final int SMALL_BUFFER = 1 << 20;

    private final String aeronDirectory;
    private final String host;
    private final int termBytes;
    private final ErrorHandler errorHandler;
    private final MediaDriver driver;

    private ClientDriver(
            String aeronDirectory, String host, int termBytes, ErrorHandler errorHandler) {
        this.aeronDirectory = aeronDirectory;
        this.host = host;
        this.termBytes = termBytes;
        this.errorHandler = errorHandler;
        this.driver =
                MediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(aeronDirectory)
                                .threadingMode(ThreadingMode.SHARED)
                                .sharedIdleStrategy(new BackoffIdleStrategy(1, 1, 1_000, 1_000_000))
                                .termBufferSparseFile(true)
                                .counterValuesBufferLength(SMALL_BUFFER)
                                .lossReportBufferLength(SMALL_BUFFER)
                                .publicationTermBufferLength(termBytes)
                                .errorHandler(errorHandler)
                                .dirDeleteOnStart(true)
                                .dirDeleteOnShutdown(true));
    }

    /**
     * Starts a driver.
     *
     * @param aeronDirectory its directory, which should be in memory; deleted at start and end.
     * @param host the name or address of this machine that members send responses to.
     * @param termBytes the length of terms, a power of two of at least 65 536. A request and a
     *     response have at most an eighth of it.
     * @param errorHandler receives the errors of the driver and its clients.
     * @return the driver.
     */
    public static ClientDriver launch(
            String aeronDirectory, String host, int termBytes, ErrorHandler errorHandler) {
        return new ClientDriver(aeronDirectory, host, termBytes, errorHandler);
    }

    /**
     * Returns new settings for a connection to a cluster.
     *
     * @param ingressEndpoints of the cluster, such as {@link
     *     ClusterMemberContext#ingressEndpoints}.
     * @param timeoutNs after which an attempt to connect ends, in nanoseconds.
     * @return the settings.
     */
    public AeronCluster.Context connection(String ingressEndpoints, long timeoutNs) {
        return new AeronCluster.Context()
                .aeronDirectoryName(aeronDirectory)
                .ingressChannel("aeron:udp?term-length=" + termBytes)
                .ingressEndpoints(ingressEndpoints)
                .egressChannel("aeron:udp?endpoint=" + host + ":0|term-length=" + termBytes)
                .messageTimeoutNs(timeoutNs)
                .errorHandler(errorHandler);
    }

    /**
     * Returns settings for a client of a cluster, with the defaults of {@link
     * ClusterClientContext}.
     *
     * @param ingressEndpoints of the cluster.
     * @return the settings.
     */
    public ClusterClientContext client(String ingressEndpoints) {
        return new ClusterClientContext()
                .aeronCluster(() -> connection(ingressEndpoints, TimeUnit.SECONDS.toNanos(5)));
    }

    /**
     * Returns settings for a reader of members, with the defaults of {@link MemberReaderContext}.
     *
     * @param memberChannels of the members, the nearest one first, such as {@link
     *     ClusterMemberContext#readChannels}.
     * @return the settings.
     */
    public MemberReaderContext reader(List<String> memberChannels) {
        return new MemberReaderContext()
                .aeronDirectory(aeronDirectory)
                .memberChannels(memberChannels)
                .responseChannel("aeron:udp?endpoint=" + host + ":0");
    }

    /** Stops the driver. Close its clients first. */
    @Override
    public void close() {
        driver.close();
        IoUtil.delete(new File(aeronDirectory), true);
    }
}
