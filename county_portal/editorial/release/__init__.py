"""From signed manifests to the public file: publishing, correcting, withdrawing, verifying."""
