using System.Runtime.CompilerServices;

namespace NativeSsl;

public sealed partial class CpuBackend
{
    // From the same identity, dg = Gᵀ [Σ (A dY Aᵀ) ⊙ (Bᵀ d B)] G, the sum running over tiles: for each of the 16 elements a product of
    // outputs by inputs. Stretches of tiles, cut by the shape alone, have shares of their own, which are added in order.
    unsafe void TransformedGradWeight(in Winograd w, float* dy, float* dweight, bool accumulate)
    {
        long count = 16L * w.Outputs * w.Inputs;
        int blocks = (w.Tiles + TilesPerShareBlock - 1) / TilesPerShareBlock;
        int stretches = (int)Math.Clamp(MostShares / count, 1, Math.Min(blocks, MostParts));
        int outputParts = Math.Clamp(MostParts / stretches, 1, (w.Outputs + OutputsPerPart - 1) / OutputsPerPart);
        using CpuPool.Loan shares = _pool.Lend(count * stretches);
        Run(new WinogradShares(w, dy, shares.Floats, stretches, outputParts, _pool), stretches * outputParts);
        Run(new WinogradWeights(w, shares.Floats, stretches, dweight, accumulate), w.Outputs);
    }

    // Each sum in the share is loaded and stored once for each block: the longer the block the better, but for the second-level cache.
    const int TilesPerShareBlock = 48;

    // share[element, output, input] ← Σ over the stretch's tiles of (A dY Aᵀ) ⊙ (Bᵀ d B)
    readonly unsafe struct WinogradShares(Winograd w, float* dy, float* shares, int stretches, int outputParts, CpuPool pool) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int stretch = part % stretches, firstOutput = (int)((long)w.Outputs * (part / stretches) / outputParts),
                outputs = (int)((long)w.Outputs * (part / stretches + 1) / outputParts) - firstOutput;
            int first = (int)((long)w.Tiles * stretch / stretches), end = (int)((long)w.Tiles * (stretch + 1) / stretches);
            float* share = shares + ((nint)stretch * 16 * w.Outputs + firstOutput) * w.Inputs;
            int slopeRow = Lanes.RoundUp(outputs) + Lanes.Count;
            using CpuPool.Loan seen = pool.Lend(16L * TilesPerShareBlock * w.SourceRow),
                slopes = pool.Lend(16L * TilesPerShareBlock * slopeRow), copy = pool.Lend(16L * w.Inputs);
            for (int block = first; block < end; block += TilesPerShareBlock)
            {
                int tiles = Math.Min(TilesPerShareBlock, end - block);
                Winograd.Place tile = w.Find(block);
                for (int t = 0; t < tiles; t++, tile.Advance(w))
                {
                    w.Transform<T>(tile, copy.Floats, seen.Floats + (nint)t * w.SourceRow, (nint)tiles * w.SourceRow);
                    WinogradTransforms<T>.Slopes(dy + w.OffsetOf(tile) + firstOutput, (nint)w.Columns * w.Outputs, w.Outputs, outputs,
                        tile.Y + 1 < w.Rows, tile.X + 1 < w.Columns, slopes.Floats + (nint)t * slopeRow, (nint)tiles * slopeRow);
                }
                for (int element = 0; element < 16; element++)
                    SmallGemm<T>.Multiply(outputs, w.Inputs, tiles, slopes.Floats + (nint)element * tiles * slopeRow, 1, slopeRow,
                        seen.Floats + (nint)element * tiles * w.SourceRow, w.SourceRow,
                        share + (nint)element * w.Outputs * w.Inputs, w.Inputs, block > first);
            }
        }
    }

    // dweight[output, tap, input] ← Gᵀ (Σ shares) G of each output.
    readonly unsafe struct WinogradWeights(Winograd w, float* shares, int stretches, float* dweight, bool accumulate) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int output) where T : struct, IWide<T>
        {
            nint plane = (nint)w.Outputs * w.Inputs;
            float* sums = shares + (nint)output * w.Inputs, to = dweight + (nint)output * 9 * w.Inputs;
            for (int k = 0; k < w.Inputs; k += Lanes.Count)
            {
                int count = Math.Min(Lanes.Count, w.Inputs - k);
                for (int element = 0; element < 16; element++)
                {
                    T sum = T.Load(sums + element * plane + k);
                    for (int stretch = 1; stretch < stretches; stretch++) sum += T.Load(sums + (stretch * 16 + element) * plane + k);
                    if (stretches > 1) T.Store(sum, sums + element * plane + k, count);
                }
                WinogradTransforms<T>.KernelSlopes(sums + k, plane, to + k, w.Inputs, count, accumulate);
            }
        }
    }
}
