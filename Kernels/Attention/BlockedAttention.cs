namespace NativeSsl.Kernels;

/// <summary>
/// A team to a block of queries and a slice of the width: keys come by in blocks, whose scores are made in registers, turned into weights in shared memory, and
/// multiplied with the values at once. Of each row the largest score so far and the sum of the exponentials are kept; what was summed shrinks when a larger
/// score comes. Dao et al. 2022, “FlashAttention”, algorithm 1.
/// </summary>
static class BlockedAttentionKernels<T> where T : struct, ISmallTiling
{
    public static void Forward(AttentionOnDevice<Float32Numbers> a, int blocks, int slices)
    {
        Floats left = SharedMemory.Allocate<float>(AttentionTile<T>.MostPanel), right = SharedMemory.Allocate<float>(AttentionTile<T>.MostPanel);
        Floats weights = SharedMemory.Allocate<float>(AttentionTile<T>.MostWeights), factors = SharedMemory.Allocate<float>(AttentionTile<T>.MostRows);
        float[] output = new float[AttentionTile<T>.MostSums], scores = new float[AttentionTile<T>.MostSums];
        int block = Once.Of(Grid.IdxX % blocks), slice = Once.Of(Grid.IdxX / blocks % slices), item = Grid.IdxX / blocks / slices;
        int head = Once.Of(item % a.Shape.Heads), batch = Once.Of(item / a.Shape.Heads), width = a.Shape.Width;
        int firstQuery = block * T.Rows, queryEnd = firstQuery + T.Rows < a.Shape.Queries ? firstQuery + T.Rows : a.Shape.Queries;
        int row = Group.IdxX, query = firstQuery + row, keyEnd = a.Visible(batch, queryEnd - 1);
        int visible = query < queryEnd ? a.Visible(batch, query) : 0;
        HeadOnDevice<Float32Numbers> q = a.Q.Of(batch, head, width), k = a.K.Of(batch, head, width), v = a.V.Of(batch, head, width), o = a.O.Of(batch, head, width);
        float max = float.NegativeInfinity, sum = 0f;
        Sums<T>.Each(output, default(Cleared));

        for (int firstKey = 0; firstKey < keyEnd; firstKey += T.Columns)
        {
            AttentionTile<T>.Products(q, firstQuery, queryEnd, k, firstKey, keyEnd, width, left, right, scores);
            Panels<T>.Store(scores, weights);
            Group.Barrier();
            if (row < T.Rows)
            {
                float largest = max;
                for (int i = 0; i < T.Columns; i++)
                {
                    float score = firstKey + i < visible ? a.Score(batch, head, query, firstKey + i, weights[Place(i, row)]) : float.NegativeInfinity;
                    weights[Place(i, row)] = score;
                    largest = score > largest ? score : largest;
                }
                float origin = Origin(largest);
                float shrink = DeviceMath.Exp(max - origin);
                max = largest;
                sum *= shrink;
                for (int i = 0; i < T.Columns; i++)
                {
                    float e = DeviceMath.Exp(weights[Place(i, row)] - origin);
                    weights[Place(i, row)] = e;
                    sum += e;
                }
                if (a.Shape.Dropout > 0f) Drop(a, batch, head, query, firstKey, weights, row);
                factors[row] = shrink;
            }
            Group.Barrier();
            Sums<T>.Each(output, new Scaled<T>(factors));
            AttentionTile<T>.Mix(weights, v, firstKey, keyEnd, slice, width, right, output);
        }

        if (row < T.Rows)
        {
            factors[row] = sum == 0f ? 0f : 1f / sum;
            if (slice == 0 && query < queryEnd)
                a.LogSumExp[a.Shape.Row(batch, head, query)] = sum == 0f ? float.PositiveInfinity : Origin(max) + DeviceMath.Log(sum);
        }
        Group.Barrier();
        Sums<T>.Each(output, new Scaled<T>(factors));
        AttentionTile<T>.Write(output, o, firstQuery, queryEnd, slice, width);
    }

    // Nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN.
    static float Origin(float largest) => largest == float.NegativeInfinity ? 0f : largest;

    static int Place(int column, int row) => column * (T.Rows + Panels<T>.Pad) + row;

    static void Drop(AttentionOnDevice<Float32Numbers> a, int batch, int head, int query, int firstKey, Floats weights, int row)
    {
        for (int i = 0; i < T.Columns; i += 4)
        {
            var drawn = a.Draw(batch, head, query, firstKey + i);
            for (int n = 0; n < 4; n++) weights[Place(i + n, row)] *= a.Kept(drawn, n);
        }
    }
}

/// <summary>Multiplies each row with its factor.</summary>
readonly struct Scaled<T>(Floats factors) : ISumChange where T : struct, ISmallTiling
{
    public Float4 Of(Float4 sums, int i, int j) => sums * Float4.Of(factors[Panels<T>.Row(i)]);
}
