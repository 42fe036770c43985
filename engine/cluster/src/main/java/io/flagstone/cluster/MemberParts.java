// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.Counter;
import io.aeron.RethrowingErrorHandler;
import io.aeron.archive.Archive;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ConsensusModuleVersion;
import io.aeron.cluster.service.ClusterCounters;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.flagstone.cluster.internal.InvokingIdleStrategy;
import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.CloseHelper;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.NoOpLock;

/**
 * The parts of a member, and the threads that run them.
 *
 * <pre>
 *   one thread     media driver, archive, consensus module
 *   another        service
 * </pre>
 *
 * <p>A request passes through all of them, through some several times. Each change of thread costs
 * until the next thread looks, or gets a processor. So one thread runs three parts: the consensus
 * module's, which runs the archive, and by it the driver, whenever it idles. It also idles while it
 * waits for either of them; and where Aeron's client or the archive's wait for an answer without
 * idling, they invoke the part that is to give it. With {@link
 * ClusterMemberContext#dedicatedThreads} each part has a thread.
 */
final class MemberParts implements AutoCloseable {
    /** In the order of their start. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private ConsensusModule consensus;

    private MemberParts() {
        // The parts follow.
    }

    /** Starts the parts. If one fails, those before it are closed. */
    static MemberParts launch(ClusterMemberContext context, ClusteredService service) {
        final PartSettings settings = new PartSettings(context);
        final MemberParts parts = new MemberParts();
        boolean complete = false;
        try {
            if (context.dedicatedThreads()) {
                parts.inThreads(settings);
            } else {
                parts.inOneThread(context, settings);
            }
            parts.add(ClusteredServiceContainer.launch(settings.container(service)));
            complete = true;
        } finally {
            if (!complete) {
                parts.close();
            }
        }
        return parts;
    }

    private void inThreads(PartSettings settings) {
        add(MediaDriver.launch(settings.driver()));
        add(Archive.launch(settings.archive()));
        consensus = add(ConsensusModule.launch(settings.consensus()));
    }

    private void inOneThread(ClusterMemberContext context, PartSettings settings) {
        final MediaDriver driver = add(MediaDriver.launch(settings.driver()));
        final AgentInvoker driverInvoker = driver.sharedAgentInvoker();
        final Archive archive =
                add(Archive.launch(settings.archive().mediaDriverAgentInvoker(driverInvoker)));
        final AgentInvoker invoker = archive.invoker();
        final AeronArchive.Context archiveClient =
                settings.archiveClient()
                        .agentInvoker(invoker)
                        .idleStrategy(NoOpIdleStrategy.INSTANCE);
        final Aeron aeron = add(aeron(context, settings, driverInvoker));
        final ConsensusModule.Context module = settings.consensus();
        module.aeron(aeron)
                .errorCounter(errorCounter(aeron, module.clusterId()))
                .archiveContext(archiveClient)
                .idleStrategySupplier(
                        () -> new InvokingIdleStrategy(invoker, settings.idle().get()));
        consensus = add(ConsensusModule.launch(module));
    }

    /** Connects the consensus module to the driver, as it does by itself, but with the invoker. */
    private static Aeron aeron(
            ClusterMemberContext context, PartSettings settings, AgentInvoker driver) {
        return Aeron.connect(
                new Aeron.Context()
                        .aeronDirectoryName(context.aeronDirectory())
                        .clientName("consensus-module-" + context.memberId())
                        .errorHandler(settings.errorHandler("consensus module"))
                        .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE)
                        .driverAgentInvoker(driver)
                        .useConductorAgentInvoker(true)
                        .clientLock(NoOpLock.INSTANCE));
    }

    private static Counter errorCounter(Aeron aeron, int clusterId) {
        return ClusterCounters.allocateVersioned(
                aeron,
                new ExpandableArrayBuffer(),
                "Cluster Errors",
                AeronCounters.CLUSTER_CONSENSUS_MODULE_ERROR_COUNT_TYPE_ID,
                clusterId,
                ConsensusModuleVersion.VERSION,
                ConsensusModuleVersion.GIT_SHA);
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    ConsensusModule.Context consensus() {
        return consensus.context();
    }

    /** Stops the parts, the last one first. */
    @Override
    public void close() {
        CloseHelper.closeAll(parts);
    }
}
