// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import io.flagstone.bench.fork.ParentLine;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/**
 * The process of a member. The first line from the parent is made by {@link #begin}. It tells when
 * it becomes the leader, when it has applied a write that the parent asks for, and the digest of
 * what it has applied.
 */
public final class MemberProcess {
    /** From a member: it is the leader now. */
    static final String LEADER = "leader";

    /** To a member: tells when the marker has this number or a higher one. */
    static final String AWAIT = "await ";

    /** From a member: it has applied the write of the marker. */
    static final String APPLIED = "applied";

    /** To a member: tells the digest of the values that it has applied. */
    static final String DIGEST = "digest";

    /** From a member: the digest, which follows. */
    static final String IS_DIGEST = "digest ";

    private final ParentLine parent;
    private final Member member;
    private boolean leads;
    private long awaited = Long.MAX_VALUE;

    private MemberProcess(ParentLine parent, Member member) {
        this.parent = parent;
        this.member = member;
    }

    /** Returns the first line to a member. */
    static String begin(AgreementSystem system, int id, Place place) {
        return String.join("\t", system.name(), Integer.toString(id), place.line());
    }

    /**
     * Runs until the parent ends, or the member fails.
     *
     * @param args none.
     */
    public static void main(String[] args) {
        try {
            run(ParentLine.open());
        } catch (Exception | Error failure) {
            System.err.print("Exception in thread \"main\" ");
            failure.printStackTrace();
            // Threads of the member would keep the process alive.
            Runtime.getRuntime().halt(1);
        }
    }

    private static void run(ParentLine parent) throws Exception {
        final SleepingMillisIdleStrategy idle = new SleepingMillisIdleStrategy(1);
        final String[] words = parent.take().split("\t", 3);
        final Member member =
                AgreementSystem.valueOf(words[0])
                        .member(Place.of(words[2]), Integer.parseInt(words[1]));
        final MemberProcess process = new MemberProcess(parent, member);
        while (true) {
            process.look();
            idle.idle();
        }
    }

    private void look() {
        if (member.isLeader() != leads) {
            leads = !leads;
            if (leads) {
                parent.send(LEADER);
            }
        }
        if (awaited != Long.MAX_VALUE && member.number(Keys.MARKER) >= awaited) {
            awaited = Long.MAX_VALUE;
            parent.send(APPLIED);
        }
        final String line = parent.poll();
        if (line == null) {
            return;
        }
        if (line.startsWith(AWAIT)) {
            awaited = Long.parseLong(line.substring(AWAIT.length()));
        } else if (line.equals(DIGEST)) {
            parent.send(IS_DIGEST + Keys.digest(member::number));
        }
    }
}
