// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterRequestException;
import io.flagstone.cluster.ShardMoveException;
import io.flagstone.cluster.ShardMover;
import io.flagstone.cluster.SlotRange;
import java.util.concurrent.TimeUnit;

/**
 * The process of a mover. Exits with 0 if it has done what it was told, 1 if it may be tried again.
 */
final class MoverMain {
    private static final int STEP = 2_000;
    private static final int PAGE_BYTES = 4_000;

    private MoverMain() {}

    /**
     * Moves slots.
     *
     * @param args the driver's directory, the address of this host, the first cluster, and {@code
     *     add ENDPOINTS}, {@code remove ENDPOINTS}, {@code move FIRST LAST SHARD} or {@code
     *     resume}.
     */
    public static void main(String[] args) {
        int status = 0;
        try (ClientDriver driver = ClientDriver.launch(args[0], args[1], 64 << 10, thrown -> {});
                ShardMover mover =
                        ShardMover.connect(
                                        args[2],
                                        endpoints ->
                                                driver.client(endpoints)
                                                        .requestTimeoutNs(
                                                                TimeUnit.SECONDS.toNanos(20)))
                                .step(STEP)
                                .pageBytes(PAGE_BYTES)) {
            switch (args[3]) {
                case "add" -> mover.add(args[4]);
                case "remove" -> mover.remove(args[4]);
                case "move" ->
                        mover.move(
                                new SlotRange(Integer.parseInt(args[4]), Integer.parseInt(args[5])),
                                Integer.parseInt(args[6]));
                default -> mover.resume();
            }
        } catch (final ShardMoveException | ClusterRequestException | IllegalArgumentException e) {
            System.err.println("mover: " + e.getMessage());
            status = 1;
        }
        Runtime.getRuntime().halt(status);
    }
}
