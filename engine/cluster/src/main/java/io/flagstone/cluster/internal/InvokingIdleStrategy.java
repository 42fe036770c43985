// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.IdleStrategy;

/**
 * Runs another agent each time that a thread has nothing to do or waits, and idles only if that
 * agent has nothing to do either. So one thread runs both, also while the first one waits for the
 * second.
 *
 * <p>For one thread.
 */
public final class InvokingIdleStrategy implements IdleStrategy {
    private final AgentInvoker invoker;
    private final IdleStrategy strategy;

    /**
     * Creates the strategy.
     *
     * @param invoker of the other agent.
     * @param strategy for when neither agent has work, of this thread alone.
     */
    public InvokingIdleStrategy(AgentInvoker invoker, IdleStrategy strategy) {
        this.invoker = invoker;
        this.strategy = strategy;
    }

    @Override
    public void idle(int workCount) {
        strategy.idle(workCount + invoker.invoke());
    }

    @Override
    public void idle() {
        strategy.idle(invoker.invoke());
    }

    @Override
    public void reset() {
        strategy.reset();
    }

    @Override
    public String alias() {
        return strategy.alias();
    }
}
