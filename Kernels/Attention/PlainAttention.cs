namespace NativeSsl.Kernels;

/// <summary>
/// A thread to each query, to each key, or to each element of the bias, which takes every score again: for a few queries, for the gradient of a bias, and what
/// the blocks are compared with.
/// </summary>
static class PlainAttentionKernels
{
    public static void Forward(AttentionOnDevice<Float32Numbers> a, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads);
        int visible = a.Visible(batch, query), width = a.Shape.Width;
        HeadOnDevice<Float32Numbers> o = a.O.Of(batch, head, width), v = a.V.Of(batch, head, width);
        for (int i = 0; i < width; i++) o[query, i] = 0f;

        float max = float.NegativeInfinity, sum = 0f;
        for (int key = 0; key < visible; key++)
        {
            float score = Score(a, batch, head, query, key);
            max = score > max ? score : max;
        }
        if (max == float.NegativeInfinity) max = 0f;                // nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN
        for (int key = 0; key < visible; key++)
        {
            float e = DeviceMath.Exp(Score(a, batch, head, query, key) - max);
            sum += e;
            e *= Kept(a, batch, head, query, key);
            for (int i = 0; i < width; i++) o[query, i] += e * v[key, i];
        }
        for (int i = 0; i < width; i++) o[query, i] = sum == 0f ? 0f : o[query, i] / sum;
        a.LogSumExp[row] = sum == 0f ? float.PositiveInfinity : max + DeviceMath.Log(sum);
    }

    public static void GradQuery(AttentionOnDevice<Float32Numbers> a, HeadsOnDevice<Float32Numbers> gradients, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads);
        int visible = a.Visible(batch, query), width = a.Shape.Width;
        HeadOnDevice<Float32Numbers> dq = gradients.Of(batch, head, width), k = a.K.Of(batch, head, width);
        for (int i = 0; i < width; i++) dq[query, i] = 0f;
        for (int key = 0; key < visible; key++)
        {
            float ds = a.Shape.Scale * ScoreGrad(a, batch, head, query, key, Probability(a, batch, head, query, key));
            for (int i = 0; i < width; i++) dq[query, i] += ds * k[key, i];
        }
    }

    public static void GradKeyValue(AttentionOnDevice<Float32Numbers> a, HeadsOnDevice<Float32Numbers> ofKeys, HeadsOnDevice<Float32Numbers> ofValues, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int key = (int)(row % a.Shape.Keys), head = (int)(row / a.Shape.Keys % a.Shape.Heads),
            batch = (int)(row / a.Shape.Keys / a.Shape.Heads), width = a.Shape.Width;
        HeadOnDevice<Float32Numbers> dk = ofKeys.Of(batch, head, width), dv = ofValues.Of(batch, head, width),
            q = a.Q.Of(batch, head, width), gradO = a.GradO.Of(batch, head, width);
        for (int i = 0; i < width; i++) { dk[key, i] = 0f; dv[key, i] = 0f; }
        for (int query = 0; query < a.Shape.Queries; query++)
        {
            if (key >= a.Visible(batch, query)) continue;
            float p = Probability(a, batch, head, query, key), kept = p * Kept(a, batch, head, query, key);
            float ds = a.Shape.Scale * ScoreGrad(a, batch, head, query, key, p);
            for (int i = 0; i < width; i++)
            {
                dk[key, i] += ds * q[query, i];
                dv[key, i] += kept * gradO[query, i];
            }
        }
    }

    public static void GradBias(AttentionOnDevice<Float32Numbers> a, Floats dbias, int biasBatch, int biasHeads, long count)
    {
        long element = Grid.GlobalLinearIndex;
        if (element >= count) return;
        int key = (int)(element % a.Shape.Keys), query = (int)(element / a.Shape.Keys % a.Shape.Queries);
        int biasHead = (int)(element / a.Shape.Keys / a.Shape.Queries % biasHeads),
            first = (int)(element / a.Shape.Keys / a.Shape.Queries / biasHeads);
        float sum = 0f;
        // a step of 1 if all samples share the bias, past the end otherwise
        for (int batch = first; batch < a.Shape.Batch; batch += biasBatch)
            for (int head = biasHead; head < a.Shape.Heads; head += biasHeads)
                if (key < a.Visible(batch, query)) sum += ScoreGrad(a, batch, head, query, key, Probability(a, batch, head, query, key));
        dbias[element] = sum;
    }

    static float Score(AttentionOnDevice<Float32Numbers> a, int batch, int head, int query, int key)
    {
        int width = a.Shape.Width;
        return a.Score(batch, head, query, key, HeadOnDevice<Float32Numbers>.Dot(a.Q.Of(batch, head, width), query, a.K.Of(batch, head, width), key, width));
    }

    static float Kept(AttentionOnDevice<Float32Numbers> a, int batch, int head, int query, int key) =>
        a.Shape.Dropout <= 0f ? 1f : a.Kept(a.Draw(batch, head, query, key), key);

    static float Probability(AttentionOnDevice<Float32Numbers> a, int batch, int head, int query, int key) =>
        DeviceMath.Exp(Score(a, batch, head, query, key) - a.LogSumExp[a.Shape.Row(batch, head, query)]);

    // dS[i,j] = P (M dO · v − D)
    static float ScoreGrad(AttentionOnDevice<Float32Numbers> a, int batch, int head, int query, int key, float probability)
    {
        int width = a.Shape.Width;
        float slope = HeadOnDevice<Float32Numbers>.Dot(a.GradO.Of(batch, head, width), query, a.V.Of(batch, head, width), key, width);
        return probability * (Kept(a, batch, head, query, key) * slope - a.Delta[a.Shape.Row(batch, head, query)]);
    }
}

/// <summary>D, what the slopes of a query's scores have in common: a thread to each query.</summary>
static class AttentionDeltaKernels<E> where E : struct, INumbers
{
    public static void Delta(AttentionOnDevice<E> a, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads), width = a.Shape.Width;
        a.Delta[row] = HeadOnDevice<Float32Numbers>.Dot(a.GradO.Of(batch, head, width), query, a.O.Of(batch, head, width), query, width);
    }
}
