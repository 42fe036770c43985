// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.io.IOException;

/** Says why a file is not a whole checkpoint. */
public final class DamagedCheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception with a text that begins with "it". */
    DamagedCheckpointException(String problem) {
        super(problem);
    }

    /** Returns whether the file is merely not finished. */
    public boolean isUnfinished() {
        return Superblock.UNFINISHED.equals(getMessage());
    }
}
