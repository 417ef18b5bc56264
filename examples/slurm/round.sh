#!/bin/bash
# A round: each task of the array simulates its share of what the store lacks. A task that was killed and runs again goes on where it was.
#SBATCH --job-name=goldenweight-round
#SBATCH --array=1-16
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
exec goldenweight $COMMAND --store "$STORE" --threads "$SLURM_CPUS_PER_TASK" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
