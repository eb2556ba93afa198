namespace NativeSsl;

// logits = x wᵀ + b,  d = (softmax(logits) − t) / counted,  dx = d w,  dw = dᵀ x,  db = Σ d over rows
//
// The logits of a large vocabulary are larger than everything else in the model. Here they exist for one chunk of rows at a time, and d
// takes their place. So that they need not be computed twice, the gradients are gathered at once, as if the loss were the root;
// backward multiplies them by dy.

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// <c>x.Linear(weight, bias).CrossEntropy(targets)</c>, without ever storing the outputs of the linear layer as a whole: in
        /// the memory of a chunk of rows.
        /// </summary>
        /// <param name="weight">One row for each class, <c>[classes, features]</c>.</param>
        /// <param name="targets">The class of each row, <c>[...]</c>: the shape of x without its last axis.</param>
        /// <param name="bias">Shape <c>[classes]</c>, or null.</param>
        /// <param name="ignoreIndex">Rows with this target do not count.
        /// If no row counts, the loss is zero, and so is its gradient.</param>
        /// <param name="labelSmoothing">λ, in 0 … 1.</param>
        /// <returns>A scalar.</returns>
        /// <exception cref="ShapeException">x is not <c>[..., features]</c>, or targets or bias do not fit.</exception>
        /// <exception cref="IndexException">A target is neither a class nor ignored.</exception>
        /// <exception cref="NativeSslException">labelSmoothing is outside 0 … 1.</exception>
        public Tensor LinearCrossEntropy(Tensor weight, Indices targets, Tensor? bias = null,
            int ignoreIndex = -100, float labelSmoothing = 0f)
        {
            Check.Rank("LinearCrossEntropy", "x", x.Shape, atLeast: 1);
            Check.Rank("LinearCrossEntropy", "weight", weight.Shape, atLeast: 2, atMost: 2);
            Check.Same("LinearCrossEntropy", x.Shape[-1], "last axis of x", x.Shape, weight.Shape[1], "axis 1 of weight", weight.Shape);
            Check.SameShape("LinearCrossEntropy", "x without its last axis", x.Shape.Without(-1), "targets", targets.Shape);
            Check.SameBackend("LinearCrossEntropy", x, weight);
            if (bias is not null)
            {
                Check.SameShape("LinearCrossEntropy", "bias", bias.Shape, "one row of logits", [weight.Shape[0]]);
                Check.SameBackend("LinearCrossEntropy", x, bias);
            }
            return x.LinearCrossEntropy(weight, targets, bias, ignoreIndex, labelSmoothing, RowsPerChunk(weight.Shape[0]));
        }

        internal Tensor LinearCrossEntropy(Tensor weight, Indices targets, Tensor? bias, int ignoreIndex,
            float labelSmoothing, int rowsPerChunk)
        {
            IBackend backend = x.Backend;
            int rows = checked((int)x.Shape.Rows), features = x.Shape[-1], classes = weight.Shape[0];
            Labels labels = Checked("LinearCrossEntropy", targets, classes, ignoreIndex, labelSmoothing);
            Tensor[] inputs = bias is null ? [x, weight] : [x, weight, bias];
            bool wanted = Tape.IsRecording && Array.Exists(inputs, input => input.RequiresGradient);
            Tensor? dx = wanted && x.RequiresGradient ? x.Like() : null;
            Tensor? dw = wanted && weight.RequiresGradient ? Zeroed(weight) : null;
            Tensor? db = wanted && bias is { RequiresGradient: true } ? Zeroed(bias) : null;

            Tensor loss = Tensor.Zeros(backend, []), lossOfChunk = loss.Like(), one = Tensor.Full(backend, [], 1f);
            int longest = Math.Min(rows, rowsPerChunk);
            Tensor statistics = Tensor.Empty(backend, [longest, 2]), all = Tensor.Empty(backend, [longest, classes]);
            for (int start = 0; start < rows; start += rowsPerChunk)
            {
                int count = Math.Min(rowsPerChunk, rows - start);
                Tensor chunk = Part(x, start, count, features), logits = Part(all, 0, count, classes);
                Labels labelsOfChunk = labels with { Targets = targets.Slice(start, count) };
                backend.Linear(chunk, weight, bias, Activation.None, residual: null, before: null, logits);
                FlopCount.AddProduct(logits, features);
                backend.CrossEntropy(logits, labelsOfChunk, lossOfChunk, statistics);
                backend.Accumulate(lossOfChunk, loss);
                if (!wanted) continue;

                backend.CrossEntropyGrad(logits, labelsOfChunk, statistics, one, logits);
                FlopCount.Add((double)count * classes * features * ((dx is null ? 0 : 1) + (dw is null ? 0 : 1)));
                if (dx is not null) backend.MatMul(logits, weight, Part(dx, start, count, features), false, false, accumulate: false);
                if (dw is not null) backend.MatMul(logits, chunk, dw, transposeA: true, false, accumulate: true);
                if (db is not null) backend.SumRows(logits, db, accumulate: true);
            }
            all.Storage.Release();
            return loss.Record("linear cross-entropy", inputs, dy =>
                bias is null ? [Times(dx, dy), Times(dw, dy)] : [Times(dx, dy), Times(dw, dy), Times(db, dy)]);
        }
    }

    // Four million logits, 16 MB, but never so few rows that dw, which every chunk reads and writes, would be the larger part of the work.
    static int RowsPerChunk(int classes) => Math.Max(256, (1 << 22) / Math.Max(1, classes));

    static Tensor Zeroed(Tensor x) => Tensor.Zeros(x.Backend, x.Shape);

    static Tensor Part(Tensor x, int start, int rows, int width) =>
        new(x.Backend, [rows, width], x.Storage.Slice((long)start * width, (long)rows * width));

    static Tensor? Times(Tensor? gradient, Tensor dy)
    {
        if (gradient is not null) gradient.Backend.Combine<Multiply>(gradient, dy, gradient);        // in place: nobody else has seen it
        return gradient;
    }
}
