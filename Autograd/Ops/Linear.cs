namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>y = f(x wᵀ + b) + residual, in one pass over y.</summary>
        /// <param name="weight">Shape <c>[outputs, inputs]</c>.</param>
        /// <param name="bias">Shape <c>[outputs]</c>, or null.</param>
        /// <param name="activation">f.</param>
        /// <param name="residual">Shape <c>[..., outputs]</c>, or null.</param>
        /// <param name="format">How the result is stored; BFloat16 on a GPU alone, for what reads it (<see cref="IBackend.ActivationFormat"/>).</param>
        /// <returns>Shape <c>[..., outputs]</c>.</returns>
        /// <exception cref="ShapeException"><c>x</c> is not <c>[..., inputs]</c>, or bias or residual do not have the shape
        /// of the output.</exception>
        public Tensor Linear(Tensor weight, Tensor? bias = null, Activation activation = Activation.None, Tensor? residual = null, Format format = Format.Float32)
        {
            Check.SameBackend("Linear", x, weight);
            Check.Rank("Linear", "x", x.Shape, atLeast: 1);
            Check.Rank("Linear", "weight", weight.Shape, atLeast: 2, atMost: 2);
            Check.Same("Linear", x.Shape[-1], "last axis of x", x.Shape, weight.Shape[1], "axis 1 of weight", weight.Shape);
            Shape shape = x.Shape.With(-1, weight.Shape[0]);
            if (bias is not null)
            {
                Check.SameBackend("Linear", x, bias);
                Check.SameShape("Linear", "bias", bias.Shape, "the row of outputs", [weight.Shape[0]]);
            }
            if (residual is not null)
            {
                Check.SameBackend("Linear", x, residual);
                Check.SameShape("Linear", "residual", residual.Shape, "the output", shape);
                if (activation != Activation.None || format != Format.Float32) return x.Linear(weight, bias, activation).Add(residual).To(format);
            }

            Tensor[] inputs = [x, weight, .. bias is null ? [] : (Tensor[])[bias], .. residual is null ? [] : (Tensor[])[residual]];
            bool isRecorded = Tape.IsRecording && Array.Exists(inputs, input => input.RequiresGradient);
            // The slope of Relu can be told from y; the others need what the activation saw.
            bool needsBefore = isRecorded && activation is not (Activation.None or Activation.Relu);
            Tensor y = Tensor.Empty(x.Backend, shape, format);
            Tensor? before = needsBefore ? Tensor.Empty(x.Backend, shape, format) : null;
            x.Backend.Linear(x, weight, bias, activation, residual, before, y);
            FlopCount.AddProduct(y, weight.Shape[1]);

            // h = x wᵀ + b:   dh = dy f′(h),  dx = dh w,  dw = dhᵀ x,  db = Σ dh over rows
            y.Record("linear", inputs, dy =>
            {
                bool replaces = before is { Format: Format.Float32 };
                Tensor dh = activation == Activation.None ? dy : replaces ? before! : y.Like();            // dh replaces h, element by element, if it fits
                switch (activation)
                {
                    case Activation.Relu: y.Backend.MapGrad<Relu>(y, y, dy, dh); break;
                    case Activation.Gelu: y.Backend.MapGrad<Gelu>(before!, y, dy, dh); break;
                    case Activation.GeluErf: y.Backend.MapGrad<GeluErf>(before!, y, dy, dh); break;
                    case Activation.Silu: y.Backend.MapGrad<Silu>(before!, y, dy, dh); break;
                }
                Tensor rows = Flat(dh);
                Tensor? dx = x.RequiresGradient ? ProductFor(Flat(x), rows, weight, false, false)!.View(x.Shape) : null;
                Tensor? dw = weight.RequiresGradient ? ProductFor(weight, rows, Flat(x), true, false) : null;
                Tensor?[] gradients = [dx, dw, .. bias is null ? [] : (Tensor?[])[bias.RequiresGradient ? SumFor(bias, rows) : null],
                    .. residual is null ? [] : (Tensor?[])[dy]];
                if (activation != Activation.None && !replaces) dh.Storage.Release();
                return gradients;
            }, before is null ? null : [before]);
            if (before is not null && y.Node is Node node) node.Remake = () => Activate(before, activation, y);
            return y;
        }
    }

    static void Activate(Tensor x, Activation activation, Tensor y)
    {
        switch (activation)
        {
            case Activation.Gelu: y.Backend.Map<Gelu>(x, y); break;
            case Activation.GeluErf: y.Backend.Map<GeluErf>(x, y); break;
            case Activation.Silu: y.Backend.Map<Silu>(x, y); break;
        }
    }

    // The gradient of a bias: straight into the gradient of a leaf, or returned.
    static Tensor? SumFor(Tensor bias, Tensor rows)
    {
        Tensor? sink = bias.GradientSink(out bool accumulate);
        Tensor gradient = sink ?? bias.Like();
        bias.Backend.SumRows(rows, gradient, accumulate);
        return sink is null ? gradient : null;
    }
}
