namespace NativeSsl;

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor dbias)
    {
        AttentionPointers pointers = Pointers(shape, mask, q, k, v, o, logSumExp);
        pointers.GradO = Pointer(dO);
        int blocks = (shape.Queries + AttentionCut.BlockRows - 1) / AttentionCut.BlockRows;
        Run(new AttentionBiasKernel(pointers, Floats(dbias), dbias.Shape[0], dbias.Shape[1], blocks),
            dbias.Shape[0] * dbias.Shape[1] * blocks);
    }

    // dbias = Σ dS over the samples and heads that share it, in order. A pass of its own, which makes the slopes again: so each part owns a
    // block of rows of the bias, and no sum has to be kept for every sample.
    readonly unsafe struct AttentionBiasKernel(AttentionPointers pointers, float* dbias, int biasBatch, int biasHeads, int blocks) : IKernel
    {
        readonly AttentionPointers _at = pointers;

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            using CpuPool.Loan memory = _at.Pool.Lend(AttentionSlopes.Floats(shape));
            AttentionSlopes slopes = new(_at, memory.Floats);
            int first = part % blocks * AttentionCut.BlockRows, end = Math.Min(shape.Queries, first + AttentionCut.BlockRows);
            float* output = dbias + ((long)(part / blocks) * shape.Queries + first) * shape.Keys;
            new Span<float>(output, checked((end - first) * shape.Keys)).Clear();
            // A step of one through the samples if all share the bias, past the end otherwise; heads likewise.
            for (int batch = part / blocks / biasHeads; batch < shape.Batch; batch += biasBatch)
                for (int head = part / blocks % biasHeads; head < shape.Heads; head += biasHeads)
                {
                    QueryBlock block = new(shape, _at.KeyLength(batch), first, end);
                    slopes.EnterHead<T>(batch, head, block.Seen);
                    slopes.EnterQueries<T>(block);
                    for (int from = 0; from < block.Seen; from += AttentionTiles.KeyBlock)
                    {
                        int to = Math.Min(block.Seen, from + AttentionTiles.KeyBlock);
                        slopes.Fill<T>(from, to);
                        for (int row = 0; row < end - first; row++)
                            AttentionRows.Add<T>(slopes.Slopes + (nint)row * slopes.Stride, output + (nint)row * shape.Keys + from, to - from);
                    }
                }
        }
    }
}
