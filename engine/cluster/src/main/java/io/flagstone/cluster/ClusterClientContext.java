// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.cluster.client.AeronCluster;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The settings of a client.
 *
 * <p>Not thread-safe.
 */
public final class ClusterClientContext extends CallContext<ClusterClientContext> {
    private Supplier<AeronCluster.Context> aeronCluster;

    /** Creates settings without a connection. */
    public ClusterClientContext() {
        super(TimeUnit.SECONDS.toNanos(10), TimeUnit.MILLISECONDS.toNanos(500));
    }

    /**
     * Sets how to connect: a new context for each connection, with ingress endpoints, channels and
     * the directory of a media driver, or a client of one. Its egress listener is replaced. A lost
     * connection is opened again.
     *
     * @param contexts returns a new context each time.
     * @return this.
     */
    public ClusterClientContext aeronCluster(Supplier<AeronCluster.Context> contexts) {
        this.aeronCluster = Objects.requireNonNull(contexts, "contexts");
        return this;
    }

    @Override
    ClusterClientContext self() {
        return this;
    }

    AeronCluster.Context newConnection() {
        if (aeronCluster == null) {
            throw new IllegalArgumentException("aeronCluster must be set");
        }
        return aeronCluster.get();
    }
}
