#!/bin/bash
# GPU tests and speed, on a machine that has a GPU but neither .NET nor a network.
#   Bench/gpu.sh pack [folder]       here, with the .NET SDK: self-contained programs, in one archive (artifacts/gpu/nativessl-gpu.tar.xz)
#   Bench/gpu.sh run [cuda|opencl]   there, from the repository's root: checks every op, times ours and PyTorch, writes Bench/Results/<card>
# On a machine with the SDK, `pack` and then `run opencl` tries all of it on PoCL.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=artifacts/gpu
archive=$folder/nativessl-gpu.tar.xz

pack() {
    rm -rf "$folder" && mkdir -p "$folder/programs"
    for project in Tests Bench; do
        dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:DebugType=none -p:GenerateDocumentationFile=false -o "$folder/programs"
    done
    git rev-parse --short HEAD > "$folder/programs/commit"
    tar c -C "$folder/programs" --exclude='*.xml' --exclude='*.pdb' --exclude='Microsoft.CodeAnalysis*.resources.dll' . | xz -T0 -3 > "$archive"
    rm -rf "$folder/programs"
    ls -l "$archive"
}

run() {
    local device=${1:-cuda} place results failed=0
    place=$(mktemp -d) && results=${OUT:-$place}
    tar xJf "$archive" -C "$place"
    export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 NATIVESSL_COMMIT=$(cat "$place/commit") LD_LIBRARY_PATH=/usr/local/nvidia/lib64:${LD_LIBRARY_PATH:-}
    { nvidia-smi -L && nvidia-smi --query-gpu=driver_version --format=csv,noheader; } 2>/dev/null || echo "no NVIDIA GPU here"
    for time in first second; do echo "$time start:"; "$place/NativeSsl.Bench" gpu first "$device" || failed=1; done | tee "$results/first.txt"
    "$place/NativeSsl.Tests" check-gpu "$device" 2>&1 | tee "$results/check.txt" || failed=1
    if [ "$device" = cuda ]; then timeout 210 python3 Bench/gpu.py "$results/torch.json" || echo "PyTorch's rows are not complete"; fi
    "$place/NativeSsl.Bench" gpu "$device" "$results/torch.json" ${NATIVESSL_QUICK:+--quick} 2>&1 | tee "$results/speed.txt" || failed=1
    if [ "$device" = cuda ]; then                                # what no card has tried yet, in processes of its own
        for part in groups replays; do
            timeout 60 "$place/NativeSsl.Tests" check-gpu cuda $part 2>&1 | tee "$results/check-$part.txt" || failed=1
            timeout 60 "$place/NativeSsl.Bench" gpu $part "$results/torch.json" 2>&1 | tee "$results/speed-$part.txt" || failed=1
        done
    fi
    if [ "$device" = cuda ] && [ -n "$(command -v compute-sanitizer)" ] && [ -z "${NATIVESSL_NO_SANITIZER:-}" ]; then
        for tool in memcheck racecheck; do
            timeout 120 compute-sanitizer --tool $tool --error-exitcode 9 "$place/NativeSsl.Tests" check-gpu cuda small 2>&1 | tail -15 | tee "$results/$tool.txt" || failed=1
        done
    fi
    if [ -n "${OUT:-}" ]; then find Bench/Results -name gpu.md -newer "$place/commit" -exec cp {} "$OUT" \;; fi
    rm -rf "$place"
    return $failed
}

case ${1:-} in
    pack) pack ;;
    run) run "${2:-cuda}" ;;
    *) sed -n '2,6p' "$0"; exit 2 ;;
esac
