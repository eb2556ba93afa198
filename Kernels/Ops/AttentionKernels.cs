namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each query, for each key, or for each element of the bias.</summary>
static class AttentionKernels
{
    public static float Exp(float x) => LaneMath.Exp(new Scalar(x)).Value;

    public static void Forward(AttentionOnDevice a, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads);
        int visible = a.Visible(batch, query), width = a.Shape.Width;
        long o = a.O.At(batch, query, head, width);
        for (int i = 0; i < width; i++) a.O.Data[o + i] = 0f;

        float max = float.NegativeInfinity, sum = 0f;
        for (int key = 0; key < visible; key++)
        {
            float score = a.Score(batch, head, query, key);
            max = score > max ? score : max;
        }
        if (max == float.NegativeInfinity) max = 0f;                // nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN
        for (int key = 0; key < visible; key++)
        {
            float e = Exp(a.Score(batch, head, query, key) - max);
            long v = a.V.At(batch, key, head, width);
            sum += e;
            e *= a.Kept(batch, head, query, key);
            for (int i = 0; i < width; i++) a.O.Data[o + i] += e * a.V.Data[v + i];
        }
        for (int i = 0; i < width; i++) a.O.Data[o + i] = sum == 0f ? 0f : a.O.Data[o + i] / sum;
        a.LogSumExp[row] = sum == 0f ? float.PositiveInfinity : max + LaneMath.Log(new Scalar(sum)).Value;
    }

    public static void GradQuery(AttentionOnDevice a, HeadsOnDevice dq, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads);
        int visible = a.Visible(batch, query), width = a.Shape.Width;
        long output = dq.At(batch, query, head, width);
        for (int i = 0; i < width; i++) dq.Data[output + i] = 0f;
        float delta = a.Delta(batch, head, query);
        for (int key = 0; key < visible; key++)
        {
            float ds = a.Shape.Scale * a.ScoreGrad(batch, head, query, key, a.Probability(batch, head, query, key), delta);
            long k = a.K.At(batch, key, head, width);
            for (int i = 0; i < width; i++) dq.Data[output + i] += ds * a.K.Data[k + i];
        }
    }

    public static void GradKeyValue(AttentionOnDevice a, HeadsOnDevice dk, HeadsOnDevice dv, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int key = (int)(row % a.Shape.Keys), head = (int)(row / a.Shape.Keys % a.Shape.Heads),
            batch = (int)(row / a.Shape.Keys / a.Shape.Heads);
        int width = a.Shape.Width;
        long keyOutput = dk.At(batch, key, head, width), valueOutput = dv.At(batch, key, head, width);
        for (int i = 0; i < width; i++) { dk.Data[keyOutput + i] = 0f; dv.Data[valueOutput + i] = 0f; }
        for (int query = 0; query < a.Shape.Queries; query++)
        {
            if (key >= a.Visible(batch, query)) continue;
            float p = a.Probability(batch, head, query, key), kept = p * a.Kept(batch, head, query, key);
            float ds = a.Shape.Scale * a.ScoreGrad(batch, head, query, key, p, a.Delta(batch, head, query));
            long q = a.Q.At(batch, query, head, width), gradO = a.GradO.At(batch, query, head, width);
            for (int i = 0; i < width; i++)
            {
                dk.Data[keyOutput + i] += ds * a.Q.Data[q + i];
                dv.Data[valueOutput + i] += kept * a.GradO.Data[gradO + i];
            }
        }
    }

    public static void GradBias(AttentionOnDevice a, Floats dbias, int biasBatch, int biasHeads, long count)
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
                if (key < a.Visible(batch, query))
                    sum += a.ScoreGrad(batch, head, query, key, a.Probability(batch, head, query, key), a.Delta(batch, head, query));
        dbias[element] = sum;
    }
}
