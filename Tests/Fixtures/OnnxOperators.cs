namespace NativeSsl.Tests.Fixtures;

/// <summary>How our ops say what an ONNX operator says. An operator that is not here, or a case that is refused,
/// is one that we do not have.</summary>
static class OnnxOperators
{
    /// <summary>Why a vector is not ours to compute.</summary>
    public sealed class NotCovered(string reason) : Exception(reason);

    /// <summary>The outputs, those that we compute, in order.</summary>
    public delegate Tensor[] Operator(OnnxVector v, IBackend backend);

    public static IReadOnlyDictionary<string, Operator> All { get; } = new Dictionary<string, Operator>
    {
        ["Exp"] = Unary(x => x.Exp()),
        ["Log"] = Unary(x => x.Log()),
        ["Tanh"] = Unary(x => x.Tanh()),
        ["Sigmoid"] = Unary(x => x.Sigmoid()),
        ["Gelu"] = (v, b) => [v.Text("approximate", "none") == "tanh" ? v.Tensor(b, 0).Gelu() : v.Tensor(b, 0).GeluErf()],
        ["Mean"] = (v, b) => [Enumerable.Range(1, v.InputCount - 1)
            .Aggregate(v.Tensor(b, 0), (sum, i) => sum + v.Tensor(b, i)) / v.InputCount],
        ["Pow"] = (v, b) => v.IsFloat(0) && v.IsFloat(1) ? [(v.Tensor(b, 0).Log() * v.Tensor(b, 1)).Exp()]
            : throw new NotCovered("whole numbers"),
        ["MatMul"] = (v, b) => [MatMul(v.Tensor(b, 0), v.Tensor(b, 1), v.OutputLengths(0))],
        ["Gemm"] = (v, b) =>
            [v.Tensor(b, 0).MatMul(v.Tensor(b, 1), v.Whole("transA", 0) == 1, v.Whole("transB", 0) == 1) * v.Float("alpha", 1)
            + v.Tensor(b, 2) * v.Float("beta", 1)],
        ["ReduceSum"] = Reduce((x, axes, keep) => x.Sum(axes, keep)),
        ["ReduceMean"] = Reduce((x, axes, keep) => x.Mean(axes, keep)),
        ["ReduceMax"] = Reduce((x, axes, keep) => x.Max(axes, keep)),
        ["ReduceSumSquare"] = Reduce((x, axes, keep) => x.Square().Sum(axes, keep)),
        ["ReduceL2"] = Reduce((x, axes, keep) => x.Square().Sum(axes, keep).Sqrt()),
        ["ReduceLogSumExp"] = Reduce((x, axes, keep) => x.Exp().Sum(axes, keep).Log()),
        ["Softmax"] = (v, b) => [AlongLast(v.Tensor(b, 0), v.Whole("axis", -1), x => x.Softmax())],
        ["LogSoftmax"] = (v, b) => [AlongLast(v.Tensor(b, 0), v.Whole("axis", -1), x => x.LogSoftmax())],
        ["LpNormalization"] = (v, b) =>
            v.Whole("p", 2) == 2 ? [AlongLast(v.Tensor(b, 0), v.Whole("axis", -1), x => x.Normalize())] : throw new NotCovered("p = 1"),
        ["LayerNormalization"] = LayerNormalization,
        ["RMSNormalization"] = RmsNormalization,
        ["RotaryEmbedding"] = RotaryEmbedding,
        ["SoftmaxCrossEntropyLoss"] = CrossEntropy,
        ["Transpose"] = (v, b) => [v.Tensor(b, 0).Permute(v.Many("perm") ?? [.. Enumerable.Range(0, v.Lengths(0).Length).Reverse()])],
        ["Flatten"] = (v, b) => [v.Tensor(b, 0).Reshape(v.OutputLengths(0))],
        ["Unsqueeze"] = (v, b) => [v.Tensor(b, 0).Reshape(v.OutputLengths(0))],
        ["Expand"] = (v, b) => [v.Tensor(b, 0).BroadcastTo(v.OutputLengths(0))],
        ["Gather"] = (v, b) => [v.Tensor(b, 0).Gather(v.Indices(b, 1), v.Whole("axis", 0))],
        ["Resize"] = Resize,
        ["Attention"] = Attention,
        ["Conv"] = Conv,
        ["BatchNormalization"] = BatchNormalization,
        ["MaxPool"] = Pool((x, kernel, stride, padding) => x.MaxPool2d(kernel, stride, padding)),
        ["AveragePool"] = Pool((x, kernel, stride, padding) => x.AveragePool2d(kernel, stride, padding)),
        ["GlobalAveragePool"] = (v, b) => [ChannelsLast(v.Tensor(b, 0)).GlobalAveragePool().Reshape(v.OutputLengths(0))],
        ["Adam"] = Adam,
        ["Momentum"] = Momentum,
    };

    static Operator Unary(Func<Tensor, Tensor> op) => (v, b) => [op(v.Tensor(b, 0))];

    static Operator Reduce(Func<Tensor, int[], bool, Tensor> op) => (v, b) =>
    {
        Tensor x = v.Tensor(b, 0);
        if (x.Shape.Count == 0) throw new NotCovered("a tensor without elements");
        return [op(x, v.Has(1) && v.Whole(1).Length > 0 ? v.Whole(1) : [.. Enumerable.Range(0, x.Shape.Rank)],
            v.Whole("keepdims", 1) == 1)];
    };

    // Our row ops run over the last axis; another one is brought there and back.
    static Tensor AlongLast(Tensor x, int axis, Func<Tensor, Tensor> op)
    {
        int[] order = [.. Enumerable.Range(0, x.Shape.Rank)];
        (order[x.Shape.Axis("test", axis)], order[^1]) = (order[^1], order[x.Shape.Axis("test", axis)]);
        return op(x.Permute(order)).Permute(order);
    }

    // ONNX gives a vector an axis of length one and takes it away again; batches are stretched.
    static Tensor MatMul(Tensor a, Tensor b, int[] result)
    {
        if (a.Shape.Rank == 1) a = a.Reshape([1, a.Shape[0]]);
        if (b.Shape.Rank == 1) b = b.Reshape([b.Shape[0], 1]);
        int[] batch = [.. result.Take(Math.Max(a.Shape.Rank, b.Shape.Rank) - 2)];
        Tensor left = a.BroadcastTo([.. batch, a.Shape[-2], a.Shape[-1]]), right = b.BroadcastTo([.. batch, b.Shape[-2], b.Shape[-1]]);
        return left.MatMul(right).Reshape(result);
    }

    // ONNX repeats the edge under a filter that grows when shrinking; we leave out what is not there, as PIL and PyTorch do.
    static Tensor[] Resize(OnnxVector v, IBackend b)
    {
        if (v.Text("mode", "nearest") != "linear") throw new NotCovered($"mode {v.Text("mode", "nearest")}, or another cubic than ours");
        int[] y = v.OutputLengths(0), x = v.Lengths(0);
        if (y[2] < x[2] || y[3] < x[3]) throw new NotCovered("shrinking with another edge, or aliased");
        CropBox box = v.Text("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" => new(0, 0, x[2], x[3]),
            "align_corners" => Aligned((x[2] - 1f) / (y[2] - 1), (x[3] - 1f) / (y[3] - 1)),
            var other => throw new NotCovered(other),
        };
        return [v.Tensor(b, 0).Permute(0, 2, 3, 1).CropResize([.. Enumerable.Repeat(box, x[0])], y[2], y[3]).Permute(0, 3, 1, 2)];

        // The first and the last pixel of the output have their middles on those of the image.
        CropBox Aligned(float down, float across) => new(0.5f - down / 2, 0.5f - across / 2, down * y[2], across * y[3]);
    }

    static Tensor[] LayerNormalization(OnnxVector v, IBackend b)
    {
        Tensor x = v.Tensor(b, 0);
        int axis = x.Shape.Axis("test", v.Whole("axis", -1)), rows = (int)x.Shape.Span(0, axis),
            width = (int)x.Shape.Span(axis, x.Shape.Rank);
        Tensor y = x.Reshape([rows, width]).LayerNorm(v.Tensor(b, 1).Reshape([width]),
            v.Has(2) ? v.Tensor(b, 2).Reshape([width]) : null, v.Float("epsilon", 1e-5f));
        return [y.Reshape(x.Shape)];
    }

    static Tensor[] RmsNormalization(OnnxVector v, IBackend b)
    {
        Tensor x = v.Tensor(b, 0);
        int axis = x.Shape.Axis("test", v.Whole("axis", -1)), rows = (int)x.Shape.Span(0, axis), width = (int)x.Shape.Span(axis, x.Shape.Rank);
        return [x.Reshape([rows, width]).RmsNorm(v.Tensor(b, 1).Reshape([width]), v.Float("epsilon", 1e-5f)).Reshape(x.Shape)];
    }

    // ONNX gives the cosines and sines, drawn at random, and every token a position of its own; heads come before times.
    static Tensor[] RotaryEmbedding(OnnxVector v, IBackend b)
    {
        Tensor x = v.Tensor(b, 0).Permute(0, 2, 1, 3);
        (int batch, int time, int width) = (x.Shape[0], x.Shape[1], x.Shape[3]);
        (int turned, bool halves, int[] positions) = (v.Whole("rotary_embedding_dim", width), v.Whole("interleaved", 0) == 0, v.Whole(3));
        (float[] cosines, float[] sines) = (v.Floats(1), v.Floats(2));
        var table = new RotaryTable(b, v.Lengths(1)[0], turned, halves: halves);
        float[] turns = new float[table.Turns.Shape.Count];
        for (int i = 0; i < cosines.Length; i++)
        {
            (int position, int pair) = (i / (turned / 2), i % (turned / 2));
            int first = position * 2 * turned + (halves ? pair : 2 * pair), second = first + (halves ? turned / 2 : 1);
            (turns[first], turns[second], turns[first + turned], turns[second + turned]) = (cosines[i], cosines[i], -sines[i], sines[i]);
        }
        table.Turns.Storage.CopyFrom(turns);
        Tensor[] tokens = [.. positions.Select((position, i) =>
            x.Slice(0, i / time, 1).Slice(1, i % time, 1).Slice(3, 0, turned).RotaryPositions(table, position))];
        Tensor y = Tensor.Concat([.. Enumerable.Range(0, batch).Select(n => Tensor.Concat(tokens[(n * time)..((n + 1) * time)], 1))], 0);
        if (turned < width) y = Tensor.Concat([y, x.Slice(3, turned, width - turned)], 3);
        return [y.Permute(0, 2, 1, 3)];
    }

    static Tensor[] CrossEntropy(OnnxVector v, IBackend b)
    {
        if (v.Has(2)) throw new NotCovered("weights of classes");
        if (v.Text("reduction", "mean") == "none") throw new NotCovered("one loss a row");
        Tensor x = v.Tensor(b, 0);
        int[] classesLast = [0, .. Enumerable.Range(2, x.Shape.Rank - 2), 1],
            back = [0, x.Shape.Rank - 1, .. Enumerable.Range(1, x.Shape.Rank - 2)];
        Tensor logits = x.Permute(classesLast), loss = logits.CrossEntropy(v.Indices(b, 1), v.Whole("ignore_index", -100));
        if (v.Text("reduction", "mean") == "sum") loss *= v.Whole(1).Count(target => target != v.Whole("ignore_index", -100));
        return [loss, logits.LogSoftmax().Permute(back)];
    }

    static Tensor[] Attention(OnnxVector v, IBackend b)
    {
        if (!v.IsFloat(0)) throw new NotCovered("half precision");
        if (v.Has("softcap")) throw new NotCovered("soft-capped scores");
        if (v.Has(4) || v.Has(5)) throw new NotCovered("a cache that is put together and returned");
        if (v.Has(6)) throw new NotCovered("a causal mask that moves with the number of keys");
        // ONNX lets a causal mask begin at the first key; ours ends at the last one, as generation with a cache needs it.
        // They agree where lengths do.
        bool packed = v.Lengths(0).Length == 3;
        int heads = packed ? v.Whole("q_num_heads", 0) : v.Lengths(0)[1], keyHeads = packed ? v.Whole("kv_num_heads", 0) : v.Lengths(1)[1];
        if (heads != keyHeads) throw new NotCovered("heads that share keys");
        Tensor q = Heads(0), k = Heads(1), value = Heads(2);
        if (k.Shape[-1] != value.Shape[-1]) throw new NotCovered("values wider than keys");
        Tensor? bias = Mask(v, b, q.Shape[1], k.Shape[1]);
        bool causal = v.Whole("is_causal", 0) == 1;
        if (causal && q.Shape[1] != k.Shape[1]) bias = AddCausal(b, bias, q.Shape[1], k.Shape[1]);
        Tensor y = q.Attention(k, value, new AttentionOptions
        {
            Causal = causal && q.Shape[1] == k.Shape[1], Bias = bias, Scale = v.Has("scale") ? v.Float("scale", 1) : null,
        });
        return [packed ? y.Reshape(v.OutputLengths(0)) : y.Permute(0, 2, 1, 3)];

        Tensor Heads(int input)
        {
            Tensor x = v.Tensor(b, input);
            return packed ? x.Reshape([x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads]) : x.Permute(0, 2, 1, 3);
        }
    }

    static Tensor? Mask(OnnxVector v, IBackend b, int queries, int keys)
    {
        if (!v.Has(3)) return null;
        int[] lengths = v.Lengths(3);
        if (lengths[^2] != queries || lengths[^1] != keys) throw new NotCovered("a mask shorter than the keys");
        float[] values = v.IsFloat(3) ? v.Floats(3) : [.. v.Floats(3).Select(seen => seen == 0 ? float.NegativeInfinity : 0f)];
        return Tensor.From(b, [.. Enumerable.Repeat(1, 4 - lengths.Length), .. lengths], values);
    }

    static Tensor AddCausal(IBackend b, Tensor? bias, int queries, int keys)
    {
        var mask = Tensor.From(b, [1, 1, queries, keys],
            [.. Enumerable.Range(0, queries * keys).Select(i => i % keys > i / keys ? float.NegativeInfinity : 0f)]);
        return bias is null ? mask : bias + mask;
    }

    // ONNX puts channels in front of rows and columns, and pads each side by a number of its own.
    static Tensor[] Conv(OnnxVector v, IBackend b)
    {
        Tensor x = v.Tensor(b, 0).Permute(0, 2, 3, 1), weight = v.Tensor(b, 1).Permute(0, 2, 3, 1);
        int[] pads = v.Many("pads") ?? [0, 0, 0, 0], strides = v.Many("strides") ?? [1, 1];
        if (strides[0] != strides[1]) throw new NotCovered("strides that differ");
        x = x.Pad(1, pads[0], pads[2]).Pad(2, pads[1], pads[3]);
        return [x.Conv2d(weight, v.Has(2) ? v.Tensor(b, 2) : null, strides[0], groups: v.Whole("group", 1)).Permute(0, 3, 1, 2)];
    }

    static Tensor ChannelsLast(Tensor x) => x.Permute(0, 2, 3, 1);

    // ONNX's momentum is what stays, and its running variance divides by n.
    static Tensor[] BatchNormalization(OnnxVector v, IBackend b)
    {
        bool training = v.Whole("training_mode", 0) == 1;
        float stays = v.Float("momentum", 0.9f);
        Tensor x = ChannelsLast(v.Tensor(b, 0)), mean = v.Tensor(b, 3), variance = v.Tensor(b, 4), before = v.Tensor(b, 4) * stays;
        using var step = new Step(b, training);
        Tensor y = x.BatchNorm(v.Tensor(b, 1), v.Tensor(b, 2), mean, variance, 1 - stays, v.Float("epsilon", 1e-5f));
        y = y.Permute(0, 3, 1, 2).Keep();
        if (!training) return [y];
        float rows = x.Shape.Rows;
        return [y, mean, (before + (variance - before) * ((rows - 1) / rows)).Keep()];
    }

    static Operator Pool(Func<Tensor, int, int, int, Tensor> pool) => (v, b) =>
    {
        int[] kernel = v.Many("kernel_shape")!, strides = v.Many("strides") ?? [.. kernel.Select(_ => 1)], pads = v.Many("pads") ?? [0];
        if (kernel.Length != 2 || kernel[0] != kernel[1] || strides[0] != strides[1]) throw new NotCovered("windows that are not square");
        if (v.Many("dilations") is not null) throw new NotCovered("windows with holes");
        Shape x = v.Lengths(0), y = v.OutputLengths(0);
        int padding = v.Has("auto_pad") ? Math.Max(0, (y[2] - 1) * strides[0] + kernel[0] - x[2]) / 2 : pads[0];
        if (pads.Distinct().Count() > 1 || (x[2] + 2 * padding - kernel[0]) / strides[0] + 1 != y[2])
            throw new NotCovered("sides that are padded unlike");
        if (v.Operator == "AveragePool" && padding > 0 && v.Whole("count_include_pad", 0) == 0)
            throw new NotCovered("a mean without the padding");
        return [pool(ChannelsLast(v.Tensor(b, 0)), kernel[0], strides[0], padding).Permute(0, 3, 1, 2)];
    };

    // ONNX's Adam takes no bias out of the moments but puts it into the rate,
    // and adds a norm penalty to the gradient: at T = 0 both are plain.
    static Tensor[] Adam(OnnxVector v, IBackend b)
    {
        if (v.Whole(1)[0] != 0) throw new NotCovered("a later step");
        Tensor value = v.Tensor(b, 2), mean = v.Tensor(b, 4), square = v.Tensor(b, 5);
        double beta1 = v.Float("alpha", 0.9f), beta2 = v.Float("beta", 0.999f);
        Tensor gradient = v.Tensor(b, 3) + value * v.Float("norm_coefficient", 0);
        b.AdamW(value, gradient, mean, square,
            new AdamWScalars((float)beta1, (float)beta2, (float)(1 - beta1), (float)(1 - beta2), v.Float("epsilon", 0)),
            Tensor.From(b, [AdamWRates.Count], 1f, v.Floats(0)[0], 1f));
        return [value, mean, square];
    }

    // V ← αV + βG, with β = 1 at T = 0; X ← X − R V, or X − R (G + αV) when it looks ahead.
    static Tensor[] Momentum(OnnxVector v, IBackend b)
    {
        if (v.Whole(1)[0] != 0) throw new NotCovered("a later step");
        int tensors = (v.InputCount - 2) / 3;
        bool ahead = v.Text("mode", "standard") == "nesterov";
        float alpha = v.Float("alpha", 0);
        List<Tensor> values = [], velocities = [];
        for (int i = 0; i < tensors; i++)
        {
            Tensor value = v.Tensor(b, 2 + i), gradient = v.Tensor(b, 2 + tensors + i), velocity = v.Tensor(b, 2 + 2 * tensors + i);
            b.Sgd(value, gradient, velocity,
                new SgdScalars(alpha, v.Float("norm_coefficient", 0), ahead ? 1f : 0f, ahead ? alpha : 1f), Tensor.From(b, [1], v.Floats(0)[0]));
            values.Add(value);
            velocities.Add(velocity);
        }
        return [.. values, .. velocities];
    }
}
